//! Pauses.

use windlass_rules::pause::resume;

use super::{Setting, World};
use crate::actors::Actor;
use crate::refusal::Answer;

impl World {
    pub(super) fn pause(&mut self, setting: &Setting, guard: Actor, seconds: i64) -> Answer<()> {
        let key = setting.places.actors[guard].to_bytes();
        let paused = (setting.rules.pause)(&self.council().config, &key, seconds, self.now)?;
        self.council_mut().config.pause = paused;
        Ok(())
    }

    pub(super) fn resume(&mut self, setting: &Setting, signer: Actor) -> Answer<()> {
        let key = setting.places.actors[signer].to_bytes();
        let resumed = resume(&self.council().config.pause, &key, self.now)?;
        self.council_mut().config.pause = resumed;
        Ok(())
    }
}
