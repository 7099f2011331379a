use super::*;
use bytes::Bytes;
use formaops_domain::{
    ErrorClass, ProviderKeyId,
    ports::{HttpMethod, KeyPlacement, OutgoingRequest},
};

const CANARY: &str = "sk-canary-0123456789";

fn no_keychain() -> Keychain {
    Keychain::new(Arc::new(|| Err(KeyringError::NoKeychain)), crate::keychain::Patience::default())
}

fn environment(name: &str) -> KeyRef {
    KeyRef::Env { name: name.parse().unwrap() }
}

fn id() -> ProviderKeyId {
    ProviderKeyId::from_uuid(uuid::Uuid::from_u128(7))
}

fn keyring(variables: &[(&str, &str)]) -> Keyring {
    let environment = Environment::from_pairs(variables.iter().copied());
    Keyring::with_keychain(environment, no_keychain(), "/nowhere/vault")
}

fn secret(text: &str) -> Secret {
    text.to_owned().into()
}

async fn sign(keyring: &Keyring, key: &KeyRef, address: &str) -> Result<OutgoingRequest, Failure> {
    let mut request = OutgoingRequest {
        method: HttpMethod::Get,
        url: address.parse().unwrap(),
        headers: Vec::new(),
        secret_headers: Vec::new(),
        body: Bytes::new(),
    };
    let credential = keyring.find(key, &Origin::of(&request.url)).await?;
    credential.sign(&KeyPlacement::Bearer, &mut request)?;
    Ok(request)
}

#[tokio::test]
async fn a_request_to_an_encrypted_origin_or_to_this_machine_carries_the_key() {
    let keyring = keyring(&[("OPENAI_API_KEY", "sk-canary-0123456789\n")]);
    for address in ["https://api.openai.com", "http://127.0.0.1:8000/v1", "http://localhost:11434"] {
        let request = sign(&keyring, &environment("OPENAI_API_KEY"), address).await.unwrap();
        assert_eq!(request.secret_headers, [("authorization", format!("Bearer {CANARY}"))], "{address}");
    }
}

#[tokio::test]
async fn a_key_never_travels_in_the_clear_to_another_machine() {
    let keyring = keyring(&[("OPENAI_API_KEY", CANARY)]);
    let key = environment("OPENAI_API_KEY");
    let failure = sign(&keyring, &key, "http://192.168.0.7:8000").await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::NoKey);
    assert!(failure.message.contains("`http://192.168.0.7:8000`"), "{failure}");
    assert!(!format!("{failure:?}").contains("canary"));
}

#[tokio::test]
async fn a_variable_that_holds_no_key_is_named_with_what_to_do() {
    for (value, what) in [
        (None, "`X_API_KEY` is not set"),
        (Some(""), "`X_API_KEY` is empty"),
        (Some(" \n"), "`X_API_KEY` is empty"),
        (Some("a\nb"), "line break"),
        (Some("schlüssel"), "no key has"),
    ] {
        let variables: Vec<_> = value.map(|value| ("X_API_KEY", value)).into_iter().collect();
        let keyring = keyring(&variables);
        let failure = sign(&keyring, &environment("X_API_KEY"), "https://example.com").await.unwrap_err();
        assert_eq!(failure.class, ErrorClass::NoKey);
        assert!(failure.message.contains(what), "{failure}");
        assert!(failure.hint.contains("export X_API_KEY=…"), "{}", failure.hint);
        assert_eq!(keyring.key_state(&environment("X_API_KEY")).await, KeyState::Missing);
    }
}

#[tokio::test]
async fn what_comes_back_is_scrubbed_of_the_live_key() {
    let keyring = keyring(&[("HF_TOKEN", CANARY)]);
    let origin = "https://example.com".parse().unwrap();
    let credential = keyring.find(&environment("HF_TOKEN"), &origin).await.unwrap();
    assert_eq!(credential.scrubber().scrub("wrong key sk-canary-0123456789!"), "wrong key [redacted]!");
}

#[tokio::test]
async fn a_machine_without_keychain_says_so_and_what_to_do() {
    let keyring = keyring(&[]);
    let key = KeyRef::Keychain { id: id() };
    assert_eq!(keyring.keychain_state().await, KeychainState::None);
    assert_eq!(keyring.key_state(&key).await, KeyState::NoKeychain);
    let failure = sign(&keyring, &key, "https://example.com").await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::KeyLocked);
    assert!(failure.hint.contains("formaops vault create"), "{}", failure.hint);
    let error = keyring.keep(&key, &secret(CANARY)).await.unwrap_err();
    assert!(matches!(error, KeyringError::NoKeychain), "{error}");
}

#[tokio::test]
async fn a_locked_vault_fails_a_request_until_it_is_unlocked() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::with_keychain(Environment::default(), no_keychain(), folder.path().join("vault"));
    let key = KeyRef::Vault { id: id() };
    assert_eq!(keyring.key_state(&key).await, KeyState::Missing);
    keyring.create_vault(secret("four plain words here")).await.unwrap();
    keyring.keep(&key, &secret(CANARY)).await.unwrap();
    assert_eq!(keyring.key_state(&key).await, KeyState::Found);

    keyring.lock_vault().await.unwrap();
    assert_eq!(keyring.key_state(&key).await, KeyState::Locked);
    let failure = sign(&keyring, &key, "https://example.com").await.unwrap_err();
    assert_eq!(failure.class, ErrorClass::KeyLocked);
    assert!(failure.hint.contains("formaops vault unlock"), "{}", failure.hint);

    keyring.unlock_vault(secret("four plain words here")).await.unwrap();
    let request = sign(&keyring, &key, "https://example.com").await.unwrap();
    assert_eq!(request.secret_headers[0].1, format!("Bearer {CANARY}"));
    keyring.replace(&key, &secret("sk-newer-0123456789")).await.unwrap();
    keyring.forget(&key).await.unwrap();
    assert_eq!(keyring.key_state(&key).await, KeyState::Missing);
}

#[tokio::test]
async fn what_is_no_key_and_what_the_environment_holds_are_not_kept() {
    let keyring = keyring(&[("X_API_KEY", CANARY)]);
    let error = keyring.keep(&KeyRef::Vault { id: id() }, &secret("sk-\ncanary")).await.unwrap_err();
    assert!(error.to_string().contains("line break") && !error.to_string().contains("canary"), "{error}");
    let error = keyring.replace(&environment("X_API_KEY"), &secret("sk-other")).await.unwrap_err();
    assert!(matches!(error, KeyringError::Environment(_)), "{error}");
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_key() {
    let keyring = keyring(&[
        ("OPENAI_API_KEY", CANARY),
        ("AWS_SECRET_ACCESS_KEY", "other"),
        ("FORMAOPS_VAULT_PASSPHRASE", "canary words"),
    ]);
    let key = environment("OPENAI_API_KEY");
    let request = sign(&keyring, &key, "https://api.openai.com").await.unwrap();
    let candidate = crate::Candidate::new(&secret(CANARY)).unwrap();
    let shown = format!(
        "{keyring:?} {keyring:#?} {request:?} {candidate:?} {} {}",
        serde_json::to_string(&key).unwrap(),
        serde_json::to_string(&keyring.key_state(&key).await).unwrap(),
    );
    assert!(!shown.contains("canary"), "{shown}");
    // Of the environment, only variables that may hold a key are ever kept, and the passphrase is none.
    assert!(shown.contains("OPENAI_API_KEY"), "{shown}");
    assert!(!shown.contains("AWS_SECRET") && !shown.contains("PASSPHRASE"), "{shown}");
}
