//! The ids by which Amazon Bedrock knows one model.

/// The prefixes of inference profiles that spread a model's calls over the regions of a part of the world.
const GEOGRAPHIES: [&str; 11] = ["global", "us", "us-gov", "eu", "apac", "jp", "au", "ca", "sa", "in", "me"];

/// The id within the ARN of a foundation model or of an inference profile of Amazon's; any other id as it is.
///
/// Profiles and deployments of the user's own have ARNs that do not say which model answers.
pub(crate) fn of_arn(model: &str) -> &str {
    match model.strip_prefix("arn:").and_then(|_| model.split_once('/')) {
        Some((arn, id)) if arn.ends_with(":foundation-model") || arn.ends_with(":inference-profile") => id,
        _ => model,
    }
}

/// The id of the foundation model, without ARN and part of the world: `anthropic.claude-…`.
pub(crate) fn of_model(model: &str) -> &str {
    let id = of_arn(model);
    match id.split_once('.') {
        Some((prefix, rest)) if GEOGRAPHIES.contains(&prefix) && rest.contains('.') => rest,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_arns_lead_to_the_model_that_answers() {
        for (id, profile, model) in [
            ("amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("eu.amazon.nova-lite-v1:0", "eu.amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"),
            ("arn:aws:bedrock:us-east-1::foundation-model/deepseek.v3.2", "deepseek.v3.2", "deepseek.v3.2"),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.deepseek.r1-v1:0",
                "us.deepseek.r1-v1:0",
                "deepseek.r1-v1:0",
            ),
        ] {
            assert_eq!((of_arn(id), of_model(id)), (profile, model));
        }
        let own = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2";
        assert_eq!((of_arn(own), of_model(own)), (own, own));
    }
}
