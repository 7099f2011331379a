//! Histories as graphs: which versions come from which.

use crate::VersionId;
use std::collections::{HashMap, HashSet};

/// The parents of each version of a prompt.
pub type Parents = HashMap<VersionId, Vec<VersionId>>;

/// These versions and all they were made from.
#[must_use]
pub fn ancestors(parents: &Parents, from: &[VersionId]) -> HashSet<VersionId> {
    let (mut found, mut left) = (HashSet::new(), from.to_vec());
    while let Some(version) = left.pop() {
        if found.insert(version) {
            left.extend(parents.get(&version).into_iter().flatten());
        }
    }
    found
}

/// The versions that both sides come from and that no other such version comes from, sorted: none where they have
/// nothing in common, several where branches were merged into each other crosswise.
#[must_use]
pub fn common_ancestors(parents: &Parents, ours: &[VersionId], theirs: &[VersionId]) -> Vec<VersionId> {
    let theirs = ancestors(parents, theirs);
    let common: HashSet<_> = ancestors(parents, ours).intersection(&theirs).copied().collect();
    let older: Vec<_> = common.iter().filter_map(|version| parents.get(version)).flatten().copied().collect();
    let older = ancestors(parents, &older);
    let mut nearest: Vec<_> = common.into_iter().filter(|version| !older.contains(version)).collect();
    nearest.sort_unstable();
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> VersionId {
        VersionId::from_array([number; 32])
    }

    fn graph(edges: &[(u8, &[u8])]) -> Parents {
        edges.iter().map(|(child, parents)| (id(*child), parents.iter().copied().map(id).collect())).collect()
    }

    fn common(graph: &Parents, ours: u8, theirs: u8) -> Vec<VersionId> {
        common_ancestors(graph, &[id(ours)], &[id(theirs)])
    }

    #[test]
    fn the_nearest_version_that_both_come_from_is_found() {
        let graph = graph(&[(1, &[]), (2, &[1]), (3, &[2]), (4, &[2]), (5, &[4]), (9, &[])]);
        assert_eq!(common(&graph, 3, 5), [id(2)]);
        assert_eq!(common(&graph, 5, 4), [id(4)]);
        assert_eq!(common(&graph, 3, 3), [id(3)]);
        assert_eq!(common(&graph, 3, 9), []);
    }

    #[test]
    fn branches_that_were_merged_crosswise_have_two() {
        let graph =
            graph(&[(1, &[]), (2, &[1]), (3, &[1]), (4, &[2, 3]), (5, &[3, 2]), (6, &[4]), (7, &[5])]);
        assert_eq!(common(&graph, 6, 7), [id(2), id(3)]);
        // After one was merged into the other, it is what both come from.
        let mut merged = graph;
        merged.insert(id(8), vec![id(6), id(7)]);
        assert_eq!(common(&merged, 8, 7), [id(7)]);
    }

    #[test]
    fn a_parent_that_is_not_here_is_an_end() {
        let graph = graph(&[(2, &[1]), (3, &[1])]);
        assert_eq!(common(&graph, 2, 3), [id(1)]);
    }
}
