//! Prompts, versions and executions found by words, in the order in which somebody wants them.

use crate::world::{World, ada, at, new_run, options, prompt, run, version};
use formaops_domain::{
    Content, Hit, HitKind, HitRecord, MatchPlace, Prompt, PromptStatus, RefKind, Role, Settings, Variable,
    VariableType,
};
use formaops_store::{HitFilter, NewVersion, PromptChange, PromptFilter, Store};
use formaops_testkit::{content, message_content};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

/// What was found, a line each: the kind, the prompt, and what of it.
async fn find_in(store: &Store, text: &str, filter: &HitFilter) -> Vec<String> {
    let (mut lines, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.list_hits(text, filter, cursor.as_deref(), 2).await.unwrap();
        assert!(page.items.len() == 2 || page.next.is_none(), "{text}: {page:?}");
        lines.extend(page.items.iter().map(line));
        if page.next.is_none() {
            return lines;
        }
        cursor = page.next;
    }
}

fn line(hit: &Hit) -> String {
    let name = &hit.prompt_name;
    match &hit.record {
        HitRecord::Prompt { .. } => format!("prompt {name}"),
        HitRecord::Version { number, is_head: true, .. } => format!("head {name} v{number}"),
        HitRecord::Version { number, .. } => format!("version {name} v{number}"),
        HitRecord::Execution { model, .. } => format!("execution {name} {model}"),
    }
}

async fn find(world: &World, text: &str) -> Vec<String> {
    find_in(&world.store, text, &HitFilter::default()).await
}

async fn only(world: &World, text: &str, filter: HitFilter) -> Vec<String> {
    find_in(&world.store, text, &filter).await
}

fn shown(places: &[MatchPlace]) -> Vec<String> {
    let text = |place: &MatchPlace| -> String {
        let piece = |piece: &formaops_domain::MatchText| {
            if piece.found { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        place.text.iter().map(piece).collect()
    };
    let name = |place: &MatchPlace| place.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    places.iter().map(|place| format!("{:?}{}: {}", place.part, name(place), text(place))).collect()
}

/// A prompt with these words about it.
async fn described(world: &World, number: u64, name: &str, title: &str, description: &str) -> Prompt {
    let words = Prompt { title: title.into(), description: description.into(), ..prompt(number, name) };
    world.store.insert_prompt(words, ada()).await.unwrap()
}

async fn save_at(world: &World, of: &Prompt, content: Content, seconds: i64) -> formaops_domain::Version {
    let new = NewVersion { at: at(seconds), ..version(of.id, content) };
    world.store.save_version(new, None).await.unwrap()
}

/// An execution of the head with this answer.
async fn answered(world: &World, number: u64, of: &formaops_domain::Version, model: &str, text: &str) {
    let name = world.store.get_prompt(of.prompt_id).await.unwrap().name;
    let seconds = i64::try_from(number).unwrap();
    let made =
        formaops_domain::Run { prompt_name: name, created_at: at(seconds), ..run(number, of, &[model]) };
    world.store.insert_run(new_run(made, number)).await.unwrap();
    world.start(number).await;
    world.finish(number, text).await;
}

#[tokio::test]
async fn names_come_first_then_descriptions_newest_versions_older_ones_and_answers() {
    let world = World::new().await;
    let named = described(&world, 1, "support/refund", "", "").await;
    let titled = described(&world, 2, "letters", "About a refund", "").await;
    let told = described(&world, 3, "returns", "", "When a refund is asked for").await;
    let holds = described(&world, 4, "reply", "", "").await;
    save_at(&world, &holds, content("The refund is late."), 20).await;
    let older = save_at(&world, &holds, content("Your refund is on its way."), 21).await;
    let newest = save_at(&world, &holds, content("Refunds: none."), 22).await;
    save_at(&world, &told, content("A refund"), 23).await;
    save_at(&world, &titled, content("Nothing"), 24).await;
    save_at(&world, &named, content("To refund"), 25).await;
    answered(&world, 30, &newest, "dry-run:a", "Here is the refund.").await;
    answered(&world, 31, &older, "dry-run:b", "No refund.").await;
    assert_eq!(
        find(&world, "refund").await,
        [
            "prompt support/refund",
            "prompt letters",
            "prompt returns",
            "head support/refund v1",
            "head returns v1",
            "head reply v3",
            "version reply v2",
            "version reply v1",
            "execution reply dry-run:b",
            "execution reply dry-run:a",
        ]
    );
    // A word of the name and one of the newest version together.
    assert_eq!(find(&world, "none reply").await, ["head reply v3"]);
    assert_eq!(find(&world, "way your").await, ["version reply v2"]);
    assert_eq!(find(&world, "refunded").await, [""; 0]);
    for (kind, first, count) in [
        (HitKind::Prompt, "prompt support/refund", 3),
        (HitKind::Version, "head support/refund v1", 5),
        (HitKind::Execution, "execution reply dry-run:b", 2),
    ] {
        let found = only(&world, "refu", HitFilter { kinds: vec![kind], ..HitFilter::default() }).await;
        assert_eq!((found[0].as_str(), found.len()), (first, count));
    }
}

#[tokio::test]
async fn what_is_searched_of_a_version_is_what_it_says_and_never_a_value() {
    let world = World::new().await;
    let of = world.prompt(1, "classify").await;
    let variable = Variable {
        default: Some("hunter2 swordfish".into()),
        options: vec!["tangerine".into()],
        description: "The customer's ticket".into(),
        sensitive: true,
        ..Variable::new("support_ticket", VariableType::Enum)
    };
    let body = message_content([(Role::System, "Be terse."), (Role::User, "Classify {{support_ticket}}.")]);
    let saved = NewVersion {
        note: "Terse, as the team wanted".into(),
        ..version(of.id, Content { variables: vec![variable], ..body })
    };
    world.store.save_version(saved, None).await.unwrap();
    for (text, places) in [
        ("terse", vec!["Body system: Be [terse].", "Note: [Terse], as the team wanted"]),
        (
            "support tick",
            vec![
                "Body user: Classify {{[support]_[ticket]}}.",
                "Variable support_ticket: [support]_[ticket] The customer's [ticket]",
            ],
        ),
        ("customer", vec!["Variable support_ticket: support_ticket The [customer]'s ticket"]),
        ("team wanted", vec!["Note: Terse, as the [team] [wanted]"]),
    ] {
        let hits = world.store.list_hits(text, &HitFilter::default(), None, 10).await.unwrap().items;
        let [hit] = hits.as_slice() else { panic!("{text}: {hits:?}") };
        assert_eq!(shown(&hit.places), places, "{text}");
    }
    for value in ["hunter2", "swordfish", "tangerine"] {
        assert_eq!(find(&world, value).await, [""; 0], "{value}");
    }
}

#[tokio::test]
async fn a_prompt_is_found_by_letters_inside_its_name_and_title_in_any_case() {
    let world = World::new().await;
    described(&world, 1, "support/classify", "Ärger melden", "Sorted by urgency").await;
    for (text, places) in [
        ("LASSI", vec!["Prompt: support/c[lassi]fy"]),
        ("port/cla", vec!["Prompt: sup[port/cla]ssify"]),
        ("RGER me", vec!["Title: Ä[rger me]lden"]),
        ("class", vec!["Prompt: support/[class]ify"]),
        ("classify support", vec!["Prompt: [support]/[classify]"]),
        ("arger", vec!["Title: [Ärger] melden"]),
        ("urgen", vec!["Description: Sorted by [urgency]"]),
    ] {
        let hits = world.store.list_hits(text, &HitFilter::default(), None, 10).await.unwrap().items;
        let [hit] = hits.as_slice() else { panic!("{text}: {hits:?}") };
        assert_eq!(shown(&hit.places), places, "{text}");
    }
    // Inside words of a description nobody looks for letters, and two of them are too few.
    assert_eq!(find(&world, "rgency").await, [""; 0]);
    assert_eq!(find(&world, "ss").await, [""; 0]);
}

#[tokio::test]
async fn the_index_follows_every_change_in_its_own_transaction() {
    let world = World::new().await;
    let of = world.prompt(1, "draft-letter").await;
    save_at(&world, &of, content("First words"), 2).await;
    let change = |change: PromptChange| world.store.update_prompt(of.id, change, at(3));
    let tags = |tags: &[&str]| Some(tags.iter().map(|&tag| tag.to_owned()).collect());

    change(PromptChange { name: Some("final-letter".parse().unwrap()), ..Default::default() }).await.unwrap();
    assert_eq!(find(&world, "draft").await, [""; 0]);
    assert_eq!(find(&world, "final").await, ["prompt final-letter"]);
    assert_eq!(find(&world, "final words").await, ["head final-letter v1"]);

    change(PromptChange { tags: tags(&["urgent", "legal"]), ..Default::default() }).await.unwrap();
    assert_eq!(find(&world, "legal urgent").await, ["prompt final-letter"]);
    change(PromptChange { tags: tags(&["calm"]), ..Default::default() }).await.unwrap();
    assert_eq!(find(&world, "legal").await, [""; 0]);
    assert_eq!(find(&world, "calm").await, ["prompt final-letter"]);

    save_at(&world, &of, content("Second thoughts"), 4).await;
    assert_eq!(find(&world, "words").await, ["version final-letter v1"]);
    assert_eq!(find(&world, "thoughts").await, ["head final-letter v2"]);

    world.store.delete_prompt(of.id, at(5)).await.unwrap();
    for text in ["final", "words", "thoughts", "calm"] {
        assert_eq!(find(&world, text).await, [""; 0], "{text}");
    }
    world.store.undelete_prompt(of.id).await.unwrap();
    assert_eq!(find(&world, "thoughts").await, ["head final-letter v2"]);
}

#[tokio::test]
async fn what_only_ran_is_no_version_until_it_is_saved() {
    let world = World::new().await;
    let of = world.prompt(1, "p").await;
    save_at(&world, &of, content("one"), 2).await;
    world.store.snapshot_version(version(of.id, content("unsaved thoughts"))).await.unwrap();
    assert_eq!(find(&world, "thoughts").await, [""; 0]);
    let saved = save_at(&world, &of, content("unsaved thoughts"), 3).await;
    assert_eq!(saved.number, Some(2));
    assert_eq!(find(&world, "thoughts").await, ["head p v2"]);
}

#[tokio::test]
async fn hits_are_filtered_by_what_their_prompt_is_and_where_and_when_they_came_from() {
    let world = World::new().await;
    let suggests = |model: &str, text: &str| {
        let settings = Settings { model: Some(model.parse().unwrap()), ..Settings::default() };
        Content { settings, ..content(text) }
    };
    let [a, b] = [world.prompt(1, "needle-a").await, world.prompt(2, "needle-b").await];
    let old = save_at(&world, &a, suggests("local:x", "needle one"), 10).await;
    let new = save_at(&world, &a, suggests("other:y", "needle two"), 20).await;
    save_at(&world, &b, content("needle three"), 30).await;
    world.store.put_ref(&old, RefKind::Label, "production".parse().unwrap(), None, at(21)).await.unwrap();
    let tag = PromptChange { tags: Some(vec!["mail".into()]), ..PromptChange::default() };
    world.store.update_prompt(a.id, tag, at(22)).await.unwrap();
    let archived = PromptChange { status: Some(PromptStatus::Archived), ..PromptChange::default() };
    world.store.update_prompt(b.id, archived, at(31)).await.unwrap();
    answered(&world, 40, &old, "local:x", "a needle").await;
    answered(&world, 50, &new, "other:y", "a needle").await;

    let labels = world.store.list_labels().await.unwrap();
    let labels: Vec<_> = labels.iter().map(|count| (count.label.as_str(), count.prompts)).collect();
    assert_eq!(labels, [("production", 1)]);
    let labelled = PromptFilter {
        label: Some("production".into()),
        search: Some("EEDL".into()),
        ..PromptFilter::default()
    };
    let listed = world.store.list_prompts(labelled, None, 9).await.unwrap().items;
    assert_eq!(listed.iter().map(|prompt| prompt.id).collect::<Vec<_>>(), [a.id]);

    let all = HitFilter::default;
    let text = |text: &str| Some(text.to_owned());
    for (filter, found) in [
        (
            HitFilter { tag: text("mail"), ..all() },
            vec![
                "prompt needle-a",
                "head needle-a v2",
                "version needle-a v1",
                "execution needle-a other:y",
                "execution needle-a local:x",
            ],
        ),
        (
            HitFilter { status: Some(PromptStatus::Archived), ..all() },
            vec!["prompt needle-b", "head needle-b v1"],
        ),
        (
            HitFilter { label: text("production"), ..all() },
            vec!["prompt needle-a", "version needle-a v1", "execution needle-a local:x"],
        ),
        (
            HitFilter { model: text("other"), ..all() },
            vec!["prompt needle-a", "head needle-a v2", "execution needle-a other:y"],
        ),
        (
            HitFilter { model: text("local:x"), ..all() },
            vec!["version needle-a v1", "execution needle-a local:x"],
        ),
        (HitFilter { model: text("loc"), ..all() }, vec![]),
        (
            HitFilter { from: Some(at(20)), to: Some(at(31)), ..all() },
            vec!["prompt needle-a", "head needle-b v1", "head needle-a v2"],
        ),
        (HitFilter { from: Some(at(50)), ..all() }, vec!["execution needle-a other:y"]),
        (HitFilter { tag: text("mail"), kinds: vec![HitKind::Prompt], ..all() }, vec!["prompt needle-a"]),
    ] {
        assert_eq!(only(&world, "needle", filter.clone()).await, found, "{filter:?}");
    }
}

#[tokio::test]
async fn whatever_somebody_types_is_a_search_and_never_an_error() {
    let world = World::new().await;
    let of = described(&world, 1, "near/or-not", "日本語のプロンプト", "C++ & “quotes”").await;
    save_at(&world, &of, content("SELECT * FROM t WHERE x = 'NEAR' AND y OR z; emoji 🎉 party"), 2).await;
    let long = "word ".repeat(2048);
    let dotted = "a.".repeat(5120);
    for (text, finds) in [
        ("\"", false),
        ("\"\"\"near", true),
        ("near*", true),
        ("NEAR(or not, 5)", false),
        ("NEAR OR NOT", true),
        ("or AND not", true),
        ("name: near", false),
        ("{name title} : near", false),
        ("-near", true),
        ("^near", true),
        ("(((near", true),
        ("near)", true),
        ("near\0or", true),
        ("\0\0\0", false),
        ("%_%", false),
        ("'; drop table prompts; --", false),
        ("🎉", false),
        ("🎉 party", true),
        ("日本", true),
        ("本語の", true),
        ("c++", true),
        ("“quotes”", true),
        ("\u{202e}near\u{feff}", true),
        ("e\u{301}\u{301}\u{301}", true),
        (&long, false),
        (&dotted, false),
        (&"x".repeat(10 << 10), false),
        (&"\"*".repeat(5 << 10), false),
        (&"🎉".repeat(2560), false),
        (&"本".repeat(3400), false),
    ] {
        let found = world.store.list_hits(text, &HitFilter::default(), None, 10).await;
        let found = found.unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(!found.items.is_empty(), finds, "{text}: {found:?}");
        world
            .store
            .list_runs(formaops_store::RunFilter { text: Some(text.into()), ..Default::default() }, None, 9)
            .await
            .unwrap_or_else(|error| panic!("{error}: {text}"));
        let filter = PromptFilter { search: Some(text.into()), ..Default::default() };
        world.store.list_prompts(filter, None, 9).await.unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

#[tokio::test]
async fn what_was_saved_before_there_was_an_index_is_made_searchable_step_by_step() {
    let world = World::new().await;
    let of = world.prompt(1, "p").await;
    for number in 1..=70 {
        save_at(&world, &of, content(&format!("needle {number}")), number).await;
    }
    world.store.close().await;
    let forget = "delete from version_words; delete from head_words;
        insert into version_words_backlog (seq) select max(seq) from prompt_versions";
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    sqlx::raw_sql(forget).execute(&mut connection).await.unwrap();
    drop(connection);
    let store = Store::open(world.dir.path(), options()).await.unwrap();
    let count = async || find_in(&store, "needle", &HitFilter::default()).await.len();
    assert_eq!(count().await, 0);
    assert!(store.index_backlog().await.unwrap());
    assert_eq!(count().await, 64);
    assert_eq!(find_in(&store, "needle 70", &HitFilter::default()).await, ["head p v70"]);
    assert!(store.index_backlog().await.unwrap());
    assert_eq!(count().await, 70);
    assert!(!store.index_backlog().await.unwrap());
    store.close().await;
}

/// Every query that asks an index of words goes along it, and finds the rest by keys: nothing is read from end to
/// end but a list in its own order, and what is newest first is not put in order anew.
#[tokio::test]
async fn no_query_of_a_search_reads_a_table_from_end_to_end() {
    let world = World::new().await;
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    let indexes = ["prompt_words", "prompt_letters", "head_words", "version_words", "execution_words"];
    let mut asked = 0;
    for entry in std::fs::read_dir("../../.sqlx").unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let cached: serde_json::Value = serde_json::from_str(&text).unwrap();
        let query = cached["query"].as_str().unwrap().to_owned();
        let is_search = indexes.iter().any(|index| query.contains(&format!("{index} match")));
        // The bodies of triggers and what fills an index cannot be asked for a plan alone.
        if !is_search || query.trim_start().starts_with("insert") {
            continue;
        }
        asked += 1;
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {query}")))
                .fetch_all(&mut connection)
                .await
                .unwrap();
        let is_newest_first = query.contains("order by w.seq desc");
        for (.., step) in plan {
            assert!(!is_newest_first || step != "USE TEMP B-TREE FOR ORDER BY", "{query}");
            let goes_along = !step.starts_with("SCAN")
                || step.contains("VIRTUAL TABLE")
                || ["SCAN f", "SCAN n", "SCAN w", "SCAN named", "SCAN p USING INDEX prompts_list"]
                    .contains(&step.as_str());
            assert!(goes_along, "{step}, in {query}");
        }
    }
    assert!(asked >= 8, "{asked}");
}
