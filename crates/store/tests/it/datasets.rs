//! Datasets: versions that never change, cases that are kept once, and lists that go on where they ended.

use crate::world::{World, ada, at};
use formaops_domain::{
    Case, CaseSample, ColumnChange, ColumnKind, Dataset, DatasetVersion, InvalidColumnChange, JsonObject,
};
use formaops_store::{
    AuditFilter, CaseChanges, CaseFilter, CasesOnto, DatasetChange, DatasetFilter, NewCases, StoreError,
};
use formaops_testkit::dataset_id;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
use std::convert::Infallible;

fn object(value: &Value) -> JsonObject {
    value.as_object().unwrap().clone()
}

fn case(number: u32) -> Case {
    Case {
        name: format!("Case {number}"),
        expected: Some(json!((number * 2).to_string())),
        tags: if number.is_multiple_of(10) { vec!["round".into()] } else { Vec::new() },
        ..Case::of(object(&json!({ "question": format!("What is twice {number}?"), "number": number })))
    }
}

fn new(number: u64, onto: CasesOnto) -> NewCases {
    NewCases { dataset: dataset_id(number), onto, note: "Why".into(), author: ada(), at: at(5) }
}

fn named(name: &str) -> CasesOnto {
    CasesOnto::New { name: name.parse().unwrap(), description: String::new() }
}

impl World {
    async fn dataset(
        &self,
        number: u64,
        name: &str,
        cases: impl IntoIterator<Item = Case>,
    ) -> DatasetVersion {
        self.try_save(new(number, named(name)), cases).await.unwrap()
    }

    async fn try_save(
        &self,
        new: NewCases,
        cases: impl IntoIterator<Item = Case>,
    ) -> Result<DatasetVersion, StoreError> {
        let cases: Vec<_> = cases.into_iter().map(Ok::<_, Infallible>).collect();
        self.store.save_cases(new, cases.into_iter()).await.map(|saved| saved.unwrap())
    }

    async fn change(&self, base: u32, changes: CaseChanges) -> Result<DatasetVersion, StoreError> {
        self.store.change_cases(base, new(1, CasesOnto::InPlaceOf(base)), changes).await
    }

    /// All cases of a version of dataset 1, read in pages of 70, their positions checked.
    async fn cases(&self, number: u32, filter: CaseFilter) -> Vec<Case> {
        let (mut cases, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.list_dataset_cases(dataset_id(1), number, &filter, cursor.as_deref(), 70);
            let page = page.await.unwrap();
            cases.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                assert!(cases.is_sorted_by(|one, next: &Case| one.position < next.position));
                return cases;
            }
        }
    }

    async fn names(&self, number: u32) -> Vec<String> {
        let cases = self.cases(number, CaseFilter::default()).await;
        for (place, case) in cases.iter().enumerate() {
            assert_eq!(case.position as usize, place);
        }
        cases.into_iter().map(|case| case.name).collect()
    }

    /// How many runs of cases are kept.
    async fn runs(&self) -> i64 {
        let mut connection = SqliteConnectOptions::new().filename(self.file()).connect().await.unwrap();
        let sql = "select count(distinct data) from dataset_chunks";
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    }

    async fn blobs(&self) -> i64 {
        let mut connection = SqliteConnectOptions::new().filename(self.file()).connect().await.unwrap();
        sqlx::query_scalar("select count(*) from blobs").fetch_one(&mut connection).await.unwrap()
    }
}

#[tokio::test]
async fn what_is_saved_is_read_back_and_the_same_again_makes_no_version() {
    let world = World::new().await;
    let first = world.dataset(1, "math/double", (0..2500).map(case)).await;
    assert_eq!((first.number, first.cases, first.note.as_str()), (1, 2500, "Why"));
    let columns: Vec<_> = first.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["question", "number", "expected"]);

    let read = world.cases(1, CaseFilter::default()).await;
    assert_eq!(read, (0..2500).map(|n| Case { position: n, ..case(n) }).collect::<Vec<_>>());
    let again = world.try_save(new(1, CasesOnto::InPlaceOf(1)), (0..2500).map(case)).await.unwrap();
    assert_eq!(again, first);

    let fewer = world.try_save(new(1, CasesOnto::InPlaceOf(1)), (0..10).map(case)).await.unwrap();
    assert_eq!((fewer.number, fewer.cases), (2, 10));
    let dataset = world.store.get_dataset(dataset_id(1)).await.unwrap();
    assert_eq!((dataset.head, dataset.cases, dataset.updated_at), (2, 10, at(5)));
    assert_eq!(world.names(1).await.len(), 2500);
    let moved = world.try_save(new(1, CasesOnto::Behind(1)), []).await;
    assert!(matches!(moved, Err(StoreError::DatasetMoved { head: 2 })), "{moved:?}");
}

#[tokio::test]
async fn one_row_of_many_changed_keeps_all_other_rows_where_they_are() {
    let world = World::new().await;
    world.dataset(1, "many", (0..8_000).map(case)).await;
    let before = world.runs().await;
    let replaced = [(3_999, Case { name: "Other".into(), ..case(3_999) })].into();
    let version = world.change(1, CaseChanges { replaced, ..Default::default() }).await.unwrap();
    assert_eq!((version.number, version.cases), (2, 8_000));
    assert!(world.runs().await - before <= 2);
    assert_eq!(world.names(2).await[3_998..4_001], ["Case 3998", "Other", "Case 4000"]);
    assert_eq!(world.names(1).await[3_999], "Case 3999");

    // What is put back makes the version that held it, cut as it was then.
    let replaced = [(3_999, case(3_999))].into();
    let back = world.change(2, CaseChanges { replaced, ..Default::default() }).await.unwrap();
    let first = world.store.get_dataset_version(dataset_id(1), 1).await.unwrap();
    assert_eq!((back.number, back.content_hash), (3, first.content_hash));
    assert!(world.runs().await - before <= 2);
}

#[tokio::test]
async fn rows_are_put_in_taken_out_and_added_and_nothing_changed_makes_no_version() {
    let world = World::new().await;
    world.dataset(1, "few", (0..6).map(case)).await;
    let changes = CaseChanges {
        removed: [0, 4].into(),
        replaced: [(1, case(100))].into(),
        inserted: [(0, vec![case(200)]), (4, vec![case(300), case(301)]), (6, vec![case(400)])].into(),
        columns: Vec::new(),
    };
    let version = world.change(1, changes).await.unwrap();
    assert_eq!(version.cases, 8);
    let expected = [200, 100, 2, 3, 300, 301, 5, 400].map(|number| format!("Case {number}"));
    assert_eq!(world.names(2).await, expected);
    let same = CaseChanges { replaced: [(2, case(2))].into(), ..Default::default() };
    assert_eq!(world.change(2, same).await.unwrap().number, 2);

    let more = world.try_save(new(1, CasesOnto::Behind(2)), [case(500)]).await.unwrap();
    assert_eq!((more.number, more.cases), (3, 9));
    assert_eq!(world.names(3).await[7..], ["Case 400", "Case 500"]);

    let inserted = [(9, vec![case(600)])].into();
    let grown = world.change(3, CaseChanges { inserted, ..Default::default() }).await.unwrap();
    assert_eq!((grown.number, grown.cases), (4, 10));

    let whole = [200, 100, 2, 3, 300, 301, 5, 400, 500, 600].map(case);
    let whole = world.try_save(new(1, CasesOnto::InPlaceOf(4)), whole).await.unwrap();
    assert_eq!(whole.number, 4, "the same list is cut alike, however it came about");
    for changes in [
        CaseChanges { removed: [10].into(), ..Default::default() },
        CaseChanges { inserted: [(11, vec![case(1)])].into(), ..Default::default() },
    ] {
        let refused = world.change(4, changes).await;
        assert!(matches!(refused, Err(StoreError::NotFound { noun: "case", .. })), "{refused:?}");
    }
    let old = world.change(1, CaseChanges { removed: [0].into(), ..Default::default() }).await;
    assert!(matches!(old, Err(StoreError::DatasetMoved { head: 4 })), "{old:?}");
}

#[tokio::test]
async fn columns_are_added_renamed_and_removed_in_all_cases() {
    let world = World::new().await;
    world.dataset(1, "columns", (0..300).map(case)).await;
    let (kind, name) = (ColumnKind::Input, "question".to_owned());
    let columns = vec![
        ColumnChange::Rename { kind, name, to: "q".into() },
        ColumnChange::Remove { kind: ColumnKind::Expected, name: "expected".into() },
        ColumnChange::Add { kind: ColumnKind::Metadata, name: "source".into() },
    ];
    let inserted = [(300, vec![Case::of(object(&json!({ "q": "Why?" })))])].into();
    let version = world.change(1, CaseChanges { columns, inserted, ..Default::default() }).await.unwrap();
    let names: Vec<_> = version.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["q", "number", "source"]);
    let cases = world.cases(2, CaseFilter::default()).await;
    assert_eq!(cases[7].inputs, object(&json!({ "q": "What is twice 7?", "number": 7 })));
    assert!(cases.iter().all(|case| case.expected.is_none()));
    assert_eq!(cases[300].inputs["q"], "Why?");

    let columns = vec![ColumnChange::Remove { kind, name: "question".into() }];
    let refused = world.change(2, CaseChanges { columns, ..Default::default() }).await;
    let reason = InvalidColumnChange::NoColumn("question".into());
    assert!(matches!(refused, Err(StoreError::InvalidColumn(found)) if found == reason));
}

#[tokio::test]
async fn cases_are_chosen_by_range_tag_words_and_at_random() {
    let world = World::new().await;
    world.dataset(1, "filters", (0..1000).map(case)).await;
    let positions = async |filter: CaseFilter| -> Vec<u32> {
        world.cases(1, filter).await.into_iter().map(|case| case.position).collect()
    };
    let range = CaseFilter { from: Some(495), to: Some(515), ..Default::default() };
    assert_eq!(positions(range.clone()).await, (495..515).collect::<Vec<_>>());
    let round = CaseFilter { tag: Some("round".into()), ..range.clone() };
    assert_eq!(positions(round).await, [500, 510]);
    let words = CaseFilter { text: Some("TWICE 99".into()), ..Default::default() };
    assert_eq!(positions(words).await, [&[99][..], &(990..1000).collect::<Vec<_>>()].concat());
    let expected = CaseFilter { text: Some("1998".into()), ..Default::default() };
    assert_eq!(positions(expected).await, [999]);

    let sample = |seed| CaseFilter { sample: Some(CaseSample { size: 20, seed }), ..Default::default() };
    let (one, other) = (positions(sample(1)).await, positions(sample(2)).await);
    assert_eq!((one.len(), other.len()), (20, 20));
    assert_eq!(one, positions(sample(1)).await);
    assert_ne!(one, other);
    let tagged = CaseFilter { tag: Some("round".into()), ..sample(1) };
    let tagged = positions(tagged).await;
    assert!(tagged.len() == 20 && tagged.iter().all(|position| position % 10 == 0), "{tagged:?}");
    assert_eq!(positions(CaseFilter { sample: sample(1).sample, ..range }).await.len(), 20);
}

#[tokio::test]
async fn what_breaks_off_while_it_is_read_leaves_nothing_behind() {
    let world = World::new().await;
    let broken = (0..5000).map(|number| if number < 4999 { Ok(case(number)) } else { Err("line 5000") });
    let read = world.store.save_cases(new(1, named("broken")), broken).await.unwrap();
    assert_eq!(read, Err("line 5000"));
    assert_eq!(world.blobs().await, 0);
    assert!(world.store.list_datasets(DatasetFilter::default(), None, 10).await.unwrap().items.is_empty());
    let wide: JsonObject = (0..1001).map(|number| (format!("c{number}"), json!(1))).collect();
    let refused = world.try_save(new(1, named("wide")), [Case::of(wide)]).await;
    assert!(matches!(refused, Err(StoreError::TooManyColumns { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_dataset_is_found_renamed_put_in_the_bin_and_taken_out_of_it() {
    let world = World::new().await;
    for (number, name) in [(1, "b/replies"), (2, "a"), (3, "c")] {
        world.dataset(number, name, [case(1)]).await;
    }
    let names = |page: formaops_domain::Page<Dataset>| {
        page.items.into_iter().map(|dataset| dataset.name.to_string()).collect::<Vec<_>>()
    };
    let store = &world.store;
    let first = store.list_datasets(DatasetFilter::default(), None, 2).await.unwrap();
    let rest = store.list_datasets(DatasetFilter::default(), first.next.as_deref(), 2).await.unwrap();
    assert_eq!((names(first), names(rest)), (vec!["a".into(), "b/replies".into()], vec!["c".into()]));

    let change = DatasetChange { description: Some("Answers to MAIL".into()), ..Default::default() };
    store.update_dataset(dataset_id(1), change, at(9)).await.unwrap();
    let search = DatasetFilter { search: Some("mail".into()), ..Default::default() };
    assert_eq!(names(store.list_datasets(search, None, 9).await.unwrap()), ["b/replies"]);
    let taken = DatasetChange { name: Some("a".parse().unwrap()), ..Default::default() };
    let refused = store.update_dataset(dataset_id(1), taken, at(9)).await;
    assert!(matches!(refused, Err(StoreError::NameTaken { noun: "dataset", .. })), "{refused:?}");

    store.delete_dataset(dataset_id(2), at(10)).await.unwrap();
    assert_eq!(store.find_dataset_by_name(&"a".parse().unwrap()).await.unwrap(), None);
    let bin = DatasetFilter { deleted: true, ..Default::default() };
    assert_eq!(names(store.list_datasets(bin, None, 9).await.unwrap()), ["a"]);
    world.dataset(4, "a", []).await;
    let refused = store.undelete_dataset(dataset_id(2)).await;
    assert!(matches!(refused, Err(StoreError::NameTaken { .. })), "{refused:?}");
    store.delete_dataset(dataset_id(4), at(11)).await.unwrap();
    assert_eq!(store.undelete_dataset(dataset_id(2)).await.unwrap().deleted_at, None);
}

#[tokio::test]
async fn the_trail_tells_of_datasets_and_their_versions() {
    let world = World::new().await;
    world.dataset(1, "told", [case(1)]).await;
    world.try_save(new(1, CasesOnto::Behind(1)), [case(2)]).await.unwrap();
    world.store.delete_dataset(dataset_id(1), at(9)).await.unwrap();
    let mut events = world.store.list_audit_events(AuditFilter::default(), None, 100).await.unwrap().items;
    events.reverse();
    let told: Vec<_> = events.iter().map(|event| (event.action.as_str(), event.record.clone())).collect();
    let id = dataset_id(1).to_string();
    assert_eq!(
        told,
        [
            ("dataset.create", id.clone()),
            ("dataset_version.create", format!("{id}/v1")),
            ("dataset_version.create", format!("{id}/v2")),
            ("dataset.update", id),
        ]
    );
    let state = world.store.get_audit_event(2).await.unwrap().after.unwrap();
    assert_eq!((&state["cases"], &state["columns"]), (&json!(1), &json!(["question", "number", "expected"])));
    assert!(!state.to_string().contains("twice"), "a state holds no value of a case");
}

/// How many runs of cases are kept, and how many of them are on a stage.
async fn kept(world: &World) -> (i64, i64) {
    let mut connection = SqliteConnectOptions::new().filename(world.file()).connect().await.unwrap();
    let sql = "select (select count(*) from dataset_blobs), (select count(*) from staged_blobs)";
    sqlx::query_as(sql).fetch_one(&mut connection).await.unwrap()
}

#[tokio::test]
async fn others_write_while_a_large_dataset_comes_and_see_it_once_it_is_whole() {
    let world = World::new().await;
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    // More cases than one write takes; the last waits to be let go.
    let cases = (0..20_000).map(case).chain(std::iter::once_with(move || {
        wait.recv().unwrap();
        case(20_000)
    }));
    let store = world.store.clone();
    let saving = tokio::spawn(async move {
        store.save_cases(new(1, named("large")), cases.map(Ok::<_, Infallible>)).await
    });
    // Something is on the stage already, and the import is not over.
    while kept(&world).await.1 == 0 {
        tokio::task::yield_now().await;
    }
    world.dataset(2, "other", (0..3).map(case)).await;
    assert!(!saving.is_finished());
    let known = async || {
        let page = world.store.list_datasets(DatasetFilter::default(), None, 10).await.unwrap();
        page.items.into_iter().map(|dataset| dataset.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(known().await, ["other"]);

    // Whoever takes up what a killed process left finds nothing of it, but for what is whole.
    let next = world.killed().await;
    next.store.recover(at(9)).await.unwrap();
    assert_eq!(kept(&next).await, (1, 0));
    assert_eq!(next.store.get_dataset(dataset_id(2)).await.unwrap().cases, 3);

    go_on.send(()).unwrap();
    let version = saving.await.unwrap().unwrap().unwrap();
    assert_eq!((version.number, version.cases), (1, 20_001));
    assert_eq!(known().await, ["large", "other"]);
    let (runs, staged) = kept(&world).await;
    assert!(runs > 30, "{runs} runs");
    assert_eq!(staged, 0);
    let sample = CaseFilter { from: Some(19_999), ..CaseFilter::default() };
    let page = world.store.list_dataset_cases(dataset_id(1), 1, &sample, None, 10).await.unwrap();
    let names: Vec<_> = page.items.into_iter().map(|case| case.name).collect();
    assert_eq!(names, ["Case 19999", "Case 20000"]);
}

#[tokio::test]
async fn of_a_large_dataset_that_breaks_off_nothing_is_left() {
    let world = World::new().await;
    let cases = (0..20_000).map(|number| Ok(case(number))).chain(std::iter::once(Err("the end")));
    let saved = world.store.save_cases(new(1, named("large")), cases).await.unwrap();
    assert_eq!(saved, Err("the end"));
    assert_eq!(kept(&world).await, (0, 0));
    // Nor of one whose name was given away meanwhile.
    let (store, mut number) = (world.store.clone(), 0);
    let cases = std::iter::from_fn(move || {
        number += 1;
        if number == 19_000 {
            let taken = store.clone();
            let other = async move {
                taken.save_cases(new(2, named("large")), std::iter::once(Ok::<_, Infallible>(case(0)))).await
            };
            tokio::runtime::Handle::current().block_on(other).unwrap().unwrap();
        }
        (number < 20_000).then(|| Ok::<_, Infallible>(case(number)))
    });
    let refused = world.store.save_cases(new(1, named("large")), cases).await.unwrap_err();
    assert!(matches!(refused, StoreError::NameTaken { .. }), "{refused}");
    assert_eq!(kept(&world).await, (1, 0));
}

#[tokio::test]
async fn a_dataset_in_the_bin_goes_for_good_with_the_cases_that_no_other_has() {
    let world = World::new().await;
    world.dataset(1, "one", (0..300).map(case)).await;
    world.change(1, CaseChanges { removed: [299].into(), ..CaseChanges::default() }).await.unwrap();
    world.dataset(2, "two", (0..300).map(case)).await;
    let (before, _) = kept(&world).await;
    let refused = world.store.purge_dataset(dataset_id(1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotInBin { .. }), "{refused}");

    world.store.delete_dataset(dataset_id(1), at(6)).await.unwrap();
    world.store.purge_dataset(dataset_id(1)).await.unwrap();
    let gone = world.store.get_dataset(dataset_id(1)).await.unwrap_err();
    assert!(matches!(gone, StoreError::NotFound { .. }), "{gone}");
    let (after, _) = kept(&world).await;
    assert!(after < before, "{before} runs, and then {after}");
    let page = world.store.list_dataset_cases(dataset_id(2), 1, &CaseFilter::default(), None, 1000).await;
    assert_eq!(page.unwrap().items.len(), 300, "what another dataset shares with it stays");
    // Its name is free, and the trail says that it went.
    world.dataset(3, "one", (0..3).map(case)).await;
    let filter = AuditFilter { action: Some("dataset.delete".into()), ..AuditFilter::default() };
    let events = world.store.list_audit_events(filter, None, 10).await.unwrap().items;
    assert_eq!(events.len(), 1, "{events:?}");
}
