//! A part of a change in the lines of what stands here now, where more changed behind it.

use std::collections::HashMap;

use super::{Change, Diff, Kind, LineMap, Runs};

/// What `part` changes, in the lines that `rest`, which leads from its end to what stands here now, makes of them.
///
/// Lines that the rest changes or deletes are not the part's any more. A staged line 10 is line 15 once five lines, not
/// staged, stand in front of it.
pub(crate) fn follow(part: Diff, rest: &Diff) -> Diff {
    let later: HashMap<&[u8], &Change> =
        rest.changes.iter().filter_map(|change| Some((change.before.as_deref()?, change))).collect();
    let followed = |mut change: Change| {
        let Some(rest) = later.get(change.path.as_slice()).filter(|_| change.kind != Kind::Deleted) else {
            return change;
        };
        let map = LineMap::new(rest.removed.as_ref().unwrap_or(&Runs::default()), &rest.lines);
        for lines in [&mut change.lines, &mut change.respaced, &mut change.moved] {
            let all = lines.iter().flat_map(|(first, last)| first..=last);
            *lines = all.filter_map(|line| map.forward(line)).collect();
        }
        change.path.clone_from(&rest.path);
        change.kind = rest.kind;
        // Together with what changed behind it, the version before is no version that anybody has.
        change.removed = None;
        change
    };
    Diff { changes: part.changes.into_iter().map(followed).collect(), ..part }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, removed: &[u32], lines: &[u32]) -> Diff {
        let change = Change {
            path: path.into(),
            before: Some("a.py".into()),
            lines: lines.iter().copied().collect(),
            removed: Some(removed.iter().copied().collect()),
            ..Change::default()
        };
        Diff { changes: vec![change], ..Diff::default() }
    }

    #[test]
    fn lines_are_where_the_rest_leaves_them() {
        let rest = change("b.py", &[12], &[1, 2, 3, 4, 5, 17]);
        let followed = follow(change("a.py", &[], &[10, 12]), &rest);
        assert_eq!(followed.changes[0].path, b"b.py");
        assert_eq!(followed.changes[0].lines, [15].into_iter().collect());
        let whole = follow(change("a.py", &[3], &[10]), &Diff::default());
        assert_eq!(whole, change("a.py", &[3], &[10]));
    }
}
