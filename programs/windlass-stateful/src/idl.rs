//! What the built program's IDL says there is.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

const IDL: &str = include_str!("../../windlass_programs/built/windlass.json");

fn idl() -> Value {
    serde_json::from_str(IDL).expect("the IDL is JSON")
}

fn entries(idl: &Value, of: &str) -> Vec<Value> {
    idl[of].as_array().expect("the IDL lists it").clone()
}

fn name(entry: &Value) -> String {
    entry["name"].as_str().expect("it has a name").to_owned()
}

/// Every instruction's name.
pub fn instructions() -> Vec<String> {
    entries(&idl(), "instructions").iter().map(name).collect()
}

/// The name of an error by its number, if it is the program's own.
pub fn error(code: u32) -> Option<&'static str> {
    static NAMES: OnceLock<HashMap<u64, String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let errors = entries(&idl(), "errors");
        errors.iter().filter_map(|error| Some((error["code"].as_u64()?, name(error)))).collect()
    });
    names.get(&u64::from(code)).map(String::as_str)
}
