"use strict";

const WELCOME = `# Ctrl-Enter asks, Ctrl-Space completes.
# The book on the left explains every type.
{
  chainTime
  proposals(first: 5) {
    nodes {
      id
      kind
      state
      approvalCount
      threshold
      timelock { eta }
      verification { isVerified }
    }
  }
}
`;

const url = new URL(location.pathname, location.href);
const socket = new URL(url);
socket.protocol = url.protocol === "https:" ? "wss:" : "ws:";

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: url.href, subscriptionUrl: socket.href }),
    defaultQuery: WELCOME,
    defaultEditorToolsVisibility: true,
    isHeadersEditorEnabled: false,
  }),
);
