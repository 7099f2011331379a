//! Amazon Bedrock, `ConverseStream`.
//!
//! Sources: the service description of the Bedrock runtime that AWS publishes with botocore
//! (`bedrock-runtime/2023-09-30/service-2.json`, version of August 2026), and the Amazon Bedrock User
//! Guide, "Endpoints" and "Prompt caching".

mod answer;
mod request;

use crate::{
    framing::Framing,
    wire::{Address, Asked, Interpreter, ModelPage, Unsayable, Wire},
};
use formaops_domain::{
    Timestamp,
    ports::{KeyPlacement, ModelRequest, StreamPart},
};
use serde_json::Value;

/// The wire format in one region.
pub(crate) struct Bedrock {
    region: String,
}

/// The region that is signed for where the host names none, such as a proxy of the user's own.
const DEFAULT_REGION: &str = "us-east-1";

impl Bedrock {
    /// As the server at `host` speaks it.
    pub(crate) fn at(host: Option<&str>) -> Self {
        Self { region: host.and_then(region_of).unwrap_or(DEFAULT_REGION).to_owned() }
    }
}

/// The region in the name of a host: what follows the service, as in
/// `bedrock-runtime.eu-central-1.amazonaws.com` or
/// `vpce-1-2.bedrock-runtime-fips.us-gov-west-1.vpce.amazonaws.com`.
fn region_of(host: &str) -> Option<&str> {
    let mut labels = host.split('.').skip_while(|label| !label.starts_with("bedrock-runtime"));
    labels.nth(1).filter(|region| region.contains('-'))
}

impl Wire for Bedrock {
    fn word(&self) -> &'static str {
        "bedrock"
    }

    fn title(&self) -> &'static str {
        "Amazon Bedrock ConverseStream"
    }

    fn base_path(&self) -> &'static str {
        ""
    }

    fn placement(&self, now: Timestamp) -> KeyPlacement {
        KeyPlacement::AwsSigV4 { region: self.region.clone(), service: "bedrock", at: now }
    }

    fn call(&self, request: &ModelRequest) -> Result<Asked, Unsayable> {
        let body = request::body(request)?;
        // The id may be an ARN, with colons and slashes.
        let address = Address::of(["model", &request.model, "converse-stream"]).signed();
        Ok(Asked { address, body })
    }

    fn framing(&self) -> Framing {
        Framing::AwsEvents
    }

    fn interpreter(&self) -> Box<dyn Interpreter> {
        Box::new(answer::Reader::default())
    }

    fn retell(&self, part: &StreamPart) -> Option<Vec<u8>> {
        answer::retell(part)
    }

    /// The list is served by another host, `bedrock.REGION.amazonaws.com`, where no key of this origin
    /// may be sent.
    fn models(&self) -> Option<Address> {
        None
    }

    fn listed(&self, _: &Value) -> Option<ModelPage> {
        None
    }
}

#[cfg(test)]
mod tests;
