//! The fewest elements that still make something happen: delta debugging, after Zeller and Hildebrandt (2002).

/// The least part of `elements`, in order, of which nothing can be left out for `happens` to stay true. It must be true
/// for all of them, and false for none.
pub fn minimal<T: Clone>(
    elements: &[T],
    mut happens: impl FnMut(&[T]) -> anyhow::Result<bool>,
) -> anyhow::Result<Vec<T>> {
    let mut found = elements.to_vec();
    let mut parts = 2;
    while found.len() > 1 {
        let size = found.len().div_ceil(parts);
        let chunks: Vec<Vec<T>> = found.chunks(size).map(<[T]>::to_vec).collect();
        let mut smaller = None;
        // One part may be enough, and most often is; else one may be left out.
        for chunk in &chunks {
            if happens(chunk)? {
                smaller = Some((chunk.clone(), 2));
                break;
            }
        }
        if smaller.is_none() && chunks.len() > 2 {
            for left_out in 0..chunks.len() {
                let rest: Vec<T> = chunks
                    .iter()
                    .enumerate()
                    .filter(|&(each, _)| each != left_out)
                    .flat_map(|(_, chunk)| chunk)
                    .cloned()
                    .collect();
                if happens(&rest)? {
                    smaller = Some((rest, parts - 1));
                    break;
                }
            }
        }
        match smaller {
            Some((rest, next)) => (found, parts) = (rest, next.max(2)),
            None if size == 1 => break,
            None => parts = (parts * 2).min(found.len()),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_needed_is_found(needed in proptest::collection::btree_set(0usize..60, 1..5), count in 60usize..100) {
            let all: Vec<usize> = (0..count).collect();
            let mut trials = 0;
            let found = minimal(&all, |part| {
                trials += 1;
                Ok(needed.iter().all(|each| part.contains(each)))
            });
            prop_assert_eq!(found.unwrap(), needed.into_iter().collect::<Vec<_>>());
            prop_assert!(trials < 400, "{}", trials);
        }
    }

    #[test]
    fn a_single_culprit_takes_few_trials() {
        let all: Vec<u32> = (0..1000).collect();
        let mut trials = 0;
        let found = minimal(&all, |part| {
            trials += 1;
            Ok(part.contains(&777))
        });
        assert_eq!(found.unwrap(), [777]);
        assert!(trials <= 20, "{trials}");
    }
}
