//! The ledger of what left this machine.

use crate::world::{World, at};
use formaops_domain::{Egress, KeyRef, Purpose};
use formaops_store::EgressFilter;
use formaops_testkit::{egress_id, execution_id};

fn entry(number: u64, origin: &str) -> Egress {
    let origin: formaops_domain::Origin = origin.parse().unwrap();
    Egress {
        id: egress_id(number),
        is_local: origin.is_loopback(),
        origin,
        purpose: Purpose::Execution,
        key: Some(KeyRef::Env { name: "OPENAI_API_KEY".parse().unwrap() }),
        execution_id: Some(execution_id(number)),
        bytes_out: 10,
        bytes_in: 0,
        http_status: None,
        sent_at: at(number as i64),
        ended_at: None,
    }
}

#[tokio::test]
async fn a_request_is_there_when_it_is_sent_and_says_more_when_it_has_ended() {
    let world = World::new().await;
    let (far, near) = (entry(1, "https://api.openai.com"), entry(2, "http://127.0.0.1:11434"));
    world.store.put_egress(vec![far.clone(), near.clone()]).await.unwrap();
    let all = world.store.list_egress(EgressFilter::default(), None, 10).await.unwrap();
    assert_eq!(all.items, [near.clone(), far.clone()]);

    let ended = Egress { bytes_in: 99, http_status: Some(200), ended_at: Some(at(9)), ..far };
    world.store.put_egress(vec![ended.clone()]).await.unwrap();
    let outside = EgressFilter { outside: true, ..EgressFilter::default() };
    assert_eq!(world.store.list_egress(outside, None, 10).await.unwrap().items, [ended]);
    let of_one = EgressFilter { execution: Some(execution_id(2)), ..EgressFilter::default() };
    assert_eq!(world.store.list_egress(of_one, None, 10).await.unwrap().items, [near]);
}

#[tokio::test]
async fn what_went_to_each_place_is_added_up_and_pages_follow_each_other() {
    let world = World::new().await;
    let places = ["https://a.example", "https://b.example", "https://a.example", "http://localhost:1"];
    let entries = (1..).zip(places).map(|(number, place)| entry(number, place)).collect();
    world.store.put_egress(entries).await.unwrap();
    let totals = world.store.list_egress_totals().await.unwrap();
    let short: Vec<_> =
        totals.iter().map(|total| (total.origin.to_string(), total.requests, total.bytes_out)).collect();
    assert_eq!(
        short,
        [("https://a.example:443".to_owned(), 2, 20), ("https://b.example:443".to_owned(), 1, 10)]
    );

    let first = world.store.list_egress(EgressFilter::default(), None, 3).await.unwrap();
    let rest = world.store.list_egress(EgressFilter::default(), first.next.as_deref(), 3).await.unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 1, None));
}
