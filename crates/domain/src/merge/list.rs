//! Lists: which items of three lists are the same one, which stay, and in what order.

use super::{Conflict, ConflictPlace, MergedList, Side, Three, json};
use serde::Serialize;
use serde_json::Value;
use std::{cmp::Ordering, collections::HashMap};

/// Three lists that become one.
pub(super) struct List<'a, T> {
    pub(super) items: Three<&'a [T]>,
    /// Which list it is.
    pub(super) kind: MergedList,
    /// Where it stands in the merged content.
    pub(super) pointer: &'a str,
}

impl<'a, T: PartialEq + Clone + Serialize> List<'a, T> {
    /// Merges items that are told apart by their names; of those with the same name the first is the first. Additions
    /// to the same place come in the order of their names. For `whole` and `merge` see [`Self::merge`].
    pub(super) fn merge_named(
        &self,
        name: impl Fn(&T) -> &str,
        whole: impl Fn(usize, &T) -> ConflictPlace,
        merge: impl Fn(Three<Option<&'a T>>, usize, &mut Vec<Conflict>) -> Option<T>,
        conflicts: &mut Vec<Conflict>,
    ) -> Vec<T> {
        let keys = self.items.map(|items| keys(items, &name));
        let places: HashMap<_, _> = keys.base.iter().enumerate().map(|(place, key)| (key, place)).collect();
        let was = |keys: &[(&str, usize)]| Vec::from_iter(keys.iter().map(|key| places.get(key).copied()));
        let same = |ours: usize, theirs: usize| keys.ours[ours] == keys.theirs[theirs];
        let rows = rows(keys.base.len(), &was(&keys.ours), &was(&keys.theirs), same);
        let key = |row: &Row| row.ours.map(|at| keys.ours[at]).or(row.theirs.map(|at| keys.theirs[at]));
        let compare = |one: &Row, other: &Row| key(one).cmp(&key(other));
        self.merge(rows, &Ties::Sorted(&compare), whole, merge, conflicts)
    }

    /// Merges the items of these rows. `merge` is given an item that both sides have and its place in the merged
    /// list; `whole` names one that one side removed and the other changed, which stays.
    pub(super) fn merge(
        &self,
        rows: Vec<Row>,
        ties: &Ties,
        whole: impl Fn(usize, &T) -> ConflictPlace,
        merge: impl Fn(Three<Option<&'a T>>, usize, &mut Vec<Conflict>) -> Option<T>,
        conflicts: &mut Vec<Conflict>,
    ) -> Vec<T> {
        let rows: Vec<_> = rows.into_iter().filter(|row| stays(row, self.items)).collect();
        let ordered = order(&rows, ties);
        if let Some(orders) = ordered.conflict {
            let values = orders.map(|order| Some(Value::from(order)));
            let place = ConflictPlace::Order { list: self.kind };
            conflicts.push(Conflict::new(place, self.pointer.to_owned(), values));
        }
        let mut merged = Vec::with_capacity(ordered.rows.len());
        for (place, row) in ordered.rows.iter().enumerate() {
            let values = self.values(row);
            if values.ours.is_some() && values.theirs.is_some() {
                merged.extend(merge(values, place, conflicts));
                continue;
            }
            let kept = values.ours.or(values.theirs);
            if let (Some(_), Some(kept)) = (values.base, kept) {
                let pointer = format!("{}/{place}", self.pointer);
                let values = values.map(|value| value.map(json));
                conflicts.push(Conflict::new(whole(place, kept), pointer, values));
            }
            merged.extend(kept.cloned());
        }
        merged
    }

    fn values(&self, row: &Row) -> Three<Option<&'a T>> {
        let Three { base, ours, theirs } = self.items;
        Three {
            base: row.base.map(|at| &base[at]),
            ours: row.ours.map(|at| &ours[at]),
            theirs: row.theirs.map(|at| &theirs[at]),
        }
    }
}

/// Name and how many of the same name came before.
fn keys<'a, T>(items: &'a [T], name: impl Fn(&T) -> &str) -> Vec<(&'a str, usize)> {
    let mut seen = HashMap::new();
    let mut key = |item: &'a T| {
        let count = seen.entry(name(item)).or_insert(0);
        *count += 1;
        (name(item), *count)
    };
    items.iter().map(&mut key).collect()
}

/// One item, by its places in the three lists.
pub(super) type Row = Three<Option<usize>>;

/// What becomes of the additions of both sides to the same place of a list.
pub(super) enum Ties<'a> {
    /// Their order matters, and nobody but the user knows it.
    Conflict,
    /// It does not, so a comparison of two rows decides.
    Sorted(&'a dyn Fn(&Row, &Row) -> Ordering),
}

/// The rows of the merged list.
pub(super) struct Ordered {
    /// In the order that holds, or in that of ours.
    pub(super) rows: Vec<Row>,
    /// Where the order is in conflict: places in `rows`, in the order of the base, of ours and of theirs.
    pub(super) conflict: Option<Three<Vec<usize>>>,
}

impl Row {
    fn of(&self, side: Side) -> Option<usize> {
        match side {
            Side::Ours => self.ours,
            Side::Theirs => self.theirs,
        }
    }
}

/// The rows of three lists. `ours` and `theirs` say for each item which one of the base it was; what was in none
/// is the same on both sides where `twins` says so.
pub(super) fn rows(
    base: usize,
    ours: &[Option<usize>],
    theirs: &[Option<usize>],
    twins: impl Fn(usize, usize) -> bool,
) -> Vec<Row> {
    let mut rows: Vec<_> = (0..base).map(|base| Row { base: Some(base), ours: None, theirs: None }).collect();
    let mut new: Vec<Row> = Vec::new();
    for (index, was) in ours.iter().enumerate() {
        match was {
            Some(was) => rows[*was].ours = Some(index),
            None => new.push(Row { base: None, ours: Some(index), theirs: None }),
        }
    }
    for (index, was) in theirs.iter().enumerate() {
        if let Some(was) = was {
            rows[*was].theirs = Some(index);
            continue;
        }
        let twin = |row: &&mut Row| row.theirs.is_none() && row.ours.is_some_and(|ours| twins(ours, index));
        match new.iter_mut().find(twin) {
            Some(row) => row.theirs = Some(index),
            None => new.push(Row { base: None, ours: None, theirs: Some(index) }),
        }
    }
    rows.append(&mut new);
    rows
}

/// Whether an item stays: all that a side added, and what was there unless a side removed it and the other left
/// it as it was.
pub(super) fn stays<T: PartialEq>(row: &Row, items: Three<&[T]>) -> bool {
    let changed = |base: usize, side: Option<usize>, items: &[T], was: &[T]| {
        side.is_some_and(|index| items[index] != was[base])
    };
    match (row.base, row.ours, row.theirs) {
        (Some(base), ours, None) => changed(base, ours, items.ours, items.base),
        (Some(base), None, theirs) => changed(base, theirs, items.theirs, items.base),
        _ => true,
    }
}

/// Orders the rows that stay. Where one side kept the order of the base, that of the other holds.
pub(super) fn order(rows: &[Row], ties: &Ties) -> Ordered {
    let ours = spine(rows, Side::Ours);
    let theirs = spine(rows, Side::Theirs);
    let is_kept = |spine: &[usize]| spine.iter().filter_map(|&row| rows[row].base).is_sorted();
    let (first, second) = match (is_kept(&ours), is_kept(&theirs)) {
        (true, false) => (&theirs, &theirs),
        (false, true) => (&ours, &ours),
        _ => (&ours, &theirs),
    };
    let as_ours = lay(rows, first, Side::Ours, ties);
    let as_theirs = lay(rows, second, Side::Theirs, ties);
    let conflict = (as_ours != as_theirs).then(|| {
        let place = |row: &usize| as_ours.iter().position(|other| other == row);
        let mut base: Vec<usize> = as_ours.clone();
        base.sort_by_key(|&row| (rows[row].base.is_none(), rows[row].base));
        Three { base: &base, ours: &as_ours, theirs: &as_theirs }
            .map(|order| order.iter().filter_map(place).collect())
    });
    Ordered { rows: as_ours.into_iter().map(|row| rows[row]).collect(), conflict }
}

/// The rows that both sides have, in the order of one.
fn spine(rows: &[Row], side: Side) -> Vec<usize> {
    let mut spine: Vec<_> =
        (0..rows.len()).filter(|&row| rows[row].ours.is_some() && rows[row].theirs.is_some()).collect();
    spine.sort_by_key(|&row| rows[row].of(side));
    spine
}

/// The rows that only one side has, by the row of the spine that they follow there: first those that follow none.
fn gaps(rows: &[Row], spine: &[usize], side: Side) -> Vec<Vec<usize>> {
    let mut gaps = vec![Vec::new(); spine.len() + 1];
    let mut places = vec![None; rows.len()];
    for (place, &row) in spine.iter().enumerate() {
        places[row] = Some(place);
    }
    let mut all: Vec<_> = (0..rows.len()).filter(|&row| rows[row].of(side).is_some()).collect();
    all.sort_by_key(|&row| rows[row].of(side));
    let mut gap = 0;
    for row in all {
        match places[row] {
            Some(place) => gap = place + 1,
            None => gaps[gap].push(row),
        }
    }
    gaps
}

/// The spine with what only one side has put in where it stands there; `first` comes first where order matters.
fn lay(rows: &[Row], spine: &[usize], first: Side, ties: &Ties) -> Vec<usize> {
    let mut laid = Vec::with_capacity(rows.len());
    let both = gaps(rows, spine, Side::Ours).into_iter().zip(gaps(rows, spine, Side::Theirs));
    for (gap, (ours, theirs)) in both.enumerate() {
        if let Some(before) = gap.checked_sub(1) {
            laid.push(spine[before]);
        }
        let ours_first = match (ties, ours.first(), theirs.first()) {
            (Ties::Sorted(compare), Some(&ours), Some(&theirs)) => {
                compare(&rows[ours], &rows[theirs]).is_le()
            }
            _ => first == Side::Ours,
        };
        let (one, other) = if ours_first { (ours, theirs) } else { (theirs, ours) };
        laid.extend(one);
        laid.extend(other);
    }
    laid
}
