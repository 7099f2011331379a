//! Reads an answer that was recorded, as it was read when it came. Keys were taken out of it then.

use super::{call::failure_of, decode::Decoder};
use crate::{failure::Site, wire::Fault};
use formaops_domain::{
    Failure,
    ports::{AnswerReader, StreamPart},
};

pub(super) struct Reader {
    decoder: Decoder,
    site: Site,
}

impl Reader {
    pub(super) fn new(decoder: Decoder, site: Site) -> Self {
        Self { decoder, site }
    }

    fn told(&self, read: Result<(), Fault>, parts: Vec<StreamPart>) -> Result<Vec<StreamPart>, Failure> {
        match read {
            Ok(()) => Ok(parts),
            Err(fault) => Err(failure_of(&self.site, fault, self.decoder.has_spoken())),
        }
    }
}

impl AnswerReader for Reader {
    fn read(&mut self, bytes: &[u8]) -> Result<Vec<StreamPart>, Failure> {
        let mut parts = Vec::new();
        let read = self.decoder.feed(bytes, &mut parts);
        self.told(read, parts)
    }

    fn end(&mut self) -> Result<Vec<StreamPart>, Failure> {
        let mut parts = Vec::new();
        let ended = self.decoder.end(&mut parts);
        self.told(ended, parts)
    }
}
