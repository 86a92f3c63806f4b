//! Small counts hidden so that arithmetic does not bring them back (G3).
//!
//! A grid has classes of Users as rows and how they stand as columns; each User is counted once. The
//! sum of each column may be printed. The size of each class is taken as known to every reader, since
//! the list of parties is public. Hidden first are all cells of a class below the limit (a class of
//! one above all), but for columns in which nobody at all stands, and every count from 1 to below it. Then each hidden cell must be able to hold
//! another value: there must be another grid of whole, non-negative numbers with the same printed
//! cells, sums and sizes in which it differs. Where there is none, the cheapest cells that make one
//! possible are hidden too. Such a grid is the printed one with 1 added and taken off around a
//! cycle, so the search is for a cycle of least cost.

use std::{cmp::Reverse, collections::BinaryHeap};

/// What to hide of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Cells, by row and column.
    pub cells: Vec<Vec<bool>>,
    /// Sums of the columns.
    pub sums: Vec<bool>,
}

impl Hidden {
    /// Is the sum of any column hidden? Then no list may be printed from which it can be counted.
    #[must_use]
    pub fn any_sum(&self) -> bool {
        self.sums.contains(&true)
    }
    /// Is nothing hidden?
    #[must_use]
    pub fn none(&self) -> bool {
        !self.any_sum() && !self.cells.iter().flatten().any(|h| *h)
    }
}

/// A sum is worth more than any number of cells.
const SUM_COST: u64 = 1 << 40;
/// Beside its count, what each further hidden cell costs.
const CELL_COST: u64 = 16;

/// Finds what to hide. Rows without Users should be left out by the caller; with fewer than two
/// columns nothing can be protected and everything is hidden.
#[must_use]
pub fn hide(counts: &[Vec<u64>], below: u64) -> Hidden {
    let columns = counts.first().map_or(0, Vec::len);
    let mut hidden = Hidden {
        cells: counts.iter().map(|r| vec![false; r.len()]).collect(),
        sums: vec![false; columns],
    };
    let open = empty(counts, columns);
    let mut first = Vec::new();
    for (r, row) in counts.iter().enumerate() {
        let size: u64 = row.iter().sum();
        for (c, n) in row.iter().enumerate() {
            if (size < below && open.get(c) != Some(&true)) || (*n > 0 && *n < below) {
                first.push((r, c));
            }
        }
    }
    for (r, c) in &first {
        hidden.cells[*r][*c] = true;
    }
    for (r, c) in first {
        match (Search { counts, hidden: &hidden, rows: counts.len(), columns }).cycle(r, c) {
            Some(cycle) => {
                for (row, column) in cycle {
                    if row == counts.len() {
                        hidden.sums[column] = true
                    } else {
                        hidden.cells[row][column] = true
                    }
                }
            }
            None => {
                return Hidden {
                    cells: counts.iter().map(|r| vec![true; r.len()]).collect(),
                    sums: vec![true; columns],
                };
            }
        }
    }
    hidden
}

/// Columns in which nobody stands: their sum of 0 is printed, and says all that there is to say. Where
/// fewer than two others are left, the place of everybody is plain, and no column is passed over.
fn empty(counts: &[Vec<u64>], columns: usize) -> Vec<bool> {
    let none: Vec<bool> =
        (0..columns).map(|c| counts.iter().all(|r| r.get(c) == Some(&0))).collect();
    if none.iter().filter(|n| !**n).count() < 2 { vec![false; columns] } else { none }
}

/// The search for another grid. Nodes are the rows, the row of the sums, and the columns; a cell is
/// a step between its row and its column, one way to add 1 and the other way to take 1 off.
struct Search<'g> {
    counts: &'g [Vec<u64>],
    hidden: &'g Hidden,
    rows: usize,
    columns: usize,
}

impl Search<'_> {
    /// The cells of the cheapest cycle through a cell, the row of the sums being number `rows`.
    fn cycle(&self, r: usize, c: usize) -> Option<Vec<(usize, usize)>> {
        let column = self.rows + 1 + c;
        let up = self.path(column, r, (r, c));
        let down = if self.counts[r][c] > 0 { self.path(r, column, (r, c)) } else { None };
        [up, down].into_iter().flatten().min_by_key(|(cost, _)| *cost).map(|(_, path)| path)
    }

    /// The least costly path that does not take the cell `not`, as cells.
    fn path(
        &self,
        from: usize,
        to: usize,
        not: (usize, usize),
    ) -> Option<(u64, Vec<(usize, usize)>)> {
        let nodes = self.rows + 1 + self.columns;
        let mut best: Vec<Option<(u64, usize)>> = vec![None; nodes];
        let mut heap = BinaryHeap::from([Reverse((0_u64, from, from))]);
        while let Some(Reverse((cost, at, came))) = heap.pop() {
            if best[at].is_some() {
                continue;
            }
            best[at] = Some((cost, came));
            if at == to {
                break;
            }
            for next in 0..nodes {
                if best[next].is_some() {
                    continue;
                }
                if let Some(step) = self.step(at, next, not) {
                    heap.push(Reverse((cost + step, next, at)));
                }
            }
        }
        let (cost, _) = best[to]?;
        let (mut at, mut cells) = (to, Vec::new());
        while at != from {
            let (_, came) = best[at]?;
            cells.push(self.cell(came, at)?);
            at = came;
        }
        Some((cost, cells))
    }

    /// The cell between two nodes, where one is a row and the other a column.
    fn cell(&self, a: usize, b: usize) -> Option<(usize, usize)> {
        let (row, column) = (a.min(b), a.max(b));
        (row <= self.rows && column > self.rows).then(|| (row, column - self.rows - 1))
    }

    /// What the step costs; `None` where it cannot be made.
    fn step(&self, from: usize, to: usize, not: (usize, usize)) -> Option<u64> {
        let (row, column) = self.cell(from, to).filter(|cell| *cell != not)?;
        let to_column = to > self.rows;
        if row == self.rows {
            // A sum stands on the other side of its equation: it falls on the way to the column.
            let sum: u64 = self.counts.iter().filter_map(|r| r.get(column)).sum();
            if to_column && sum == 0 {
                return None;
            }
            return Some(if self.hidden.sums[column] { 0 } else { SUM_COST });
        }
        let n = self.counts[row][column];
        if !to_column && n == 0 {
            return None;
        }
        Some(if self.hidden.cells[row][column] {
            0
        } else {
            CELL_COST.saturating_add(n.min(SUM_COST / 1024))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Every value that each hidden cell and sum can have, found by trying all grids. Readers know
    /// the printed cells and sums, and the size of each class.
    fn possible(counts: &[Vec<u64>], h: &Hidden) -> Vec<Vec<BTreeSet<u64>>> {
        let columns = counts[0].len();
        let mut found = vec![vec![BTreeSet::new(); columns]; counts.len() + 1];
        let mut grid = counts.to_vec();
        fill(counts, h, 0, 0, &mut grid, &mut found);
        found
    }

    fn fill(
        counts: &[Vec<u64>],
        h: &Hidden,
        r: usize,
        c: usize,
        grid: &mut Vec<Vec<u64>>,
        found: &mut Vec<Vec<BTreeSet<u64>>>,
    ) {
        let columns = counts[0].len();
        let sum = |g: &[Vec<u64>], c: usize| -> u64 { g.iter().map(|row| row[c]).sum() };
        if r == counts.len() {
            if (0..columns).any(|c| !h.sums[c] && sum(grid, c) != sum(counts, c)) {
                return;
            }
            for (r, row) in grid.iter().enumerate() {
                for (c, n) in row.iter().enumerate() {
                    found[r][c].insert(*n);
                }
            }
            for c in 0..columns {
                found[counts.len()][c].insert(sum(grid, c));
            }
            return;
        }
        let size: u64 = counts[r].iter().sum();
        if c == columns {
            if grid[r].iter().sum::<u64>() == size {
                fill(counts, h, r + 1, 0, grid, found);
            }
            return;
        }
        let values = if h.cells[r][c] {
            0..=size - grid[r][..c].iter().sum::<u64>().min(size)
        } else {
            counts[r][c]..=counts[r][c]
        };
        for n in values {
            grid[r][c] = n;
            fill(counts, h, r, c + 1, grid, found);
        }
        grid[r][c] = counts[r][c];
    }

    fn solved(counts: &[Vec<u64>], h: &Hidden) -> Vec<(usize, usize)> {
        let p = possible(counts, h);
        let mut out = Vec::new();
        for r in 0..=counts.len() {
            for c in 0..counts[0].len() {
                let hidden = if r == counts.len() { h.sums[c] } else { h.cells[r][c] };
                if hidden && p[r][c].len() < 2 {
                    out.push((r, c));
                }
            }
        }
        out
    }

    #[test]
    fn a_class_of_one_is_hidden_whole_and_not_alone() {
        let counts = vec![vec![9, 4, 5], vec![0, 1, 0], vec![7, 3, 6]];
        let h = hide(&counts, 3);
        assert_eq!(h.cells[1], [true; 3]);
        assert!(solved(&counts, &h).is_empty(), "{h:?}");
        // With the class alone hidden, the sums bring each of its counts back: the check can fail.
        let alone = Hidden {
            cells: vec![vec![false; 3], vec![true; 3], vec![false; 3]],
            sums: vec![false; 3],
        };
        assert_eq!(solved(&counts, &alone).len(), 3);
    }

    #[test]
    fn a_lone_small_count_takes_three_others_with_it() {
        let counts = vec![vec![9, 2, 5], vec![8, 5, 7]];
        let h = hide(&counts, 3);
        assert!(
            h.cells[0][1] && !h.any_sum() && h.cells.iter().flatten().filter(|x| **x).count() == 4,
            "{h:?}"
        );
        assert!(hide(&[vec![9, 3, 5], vec![8, 5, 7]], 3).none(), "3 is not small, 2 is");
    }

    #[test]
    fn where_all_stand_alike_sums_go_too() {
        let counts = vec![vec![1, 0, 0], vec![6, 0, 0]];
        let h = hide(&counts, 3);
        assert!(h.any_sum() && solved(&counts, &h).is_empty(), "{h:?}");
    }

    #[test]
    fn one_column_cannot_be_protected() {
        assert!(hide(&[vec![1], vec![5]], 3).any_sum());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
        #[test]
        fn no_hidden_cell_can_be_solved(rows in prop::collection::vec(prop::collection::vec(prop_oneof![3 => 0_u64..4, 1 => 0_u64..6], 3), 1..4), below in 2_u64..4) {
            let counts: Vec<Vec<u64>> = rows.into_iter().filter(|r| r.iter().sum::<u64>() > 0).collect();
            prop_assume!(!counts.is_empty());
            let h = hide(&counts, below);
            for (r, row) in counts.iter().enumerate() {
                let size: u64 = row.iter().sum();
                let nobody = |c: usize| counts.iter().all(|r| r[c] == 0);
                for (c, n) in row.iter().enumerate() { prop_assert!(h.cells[r][c] || nobody(c) || (size >= below && (*n == 0 || *n >= below)), "a small count is printed: {counts:?} {h:?}"); }
            }
            prop_assert_eq!(solved(&counts, &h), Vec::<(usize, usize)>::new(), "{:?} {:?}", counts, h);
        }

        #[test]
        fn larger_grids_have_a_second_grid_for_each_hidden_cell(rows in prop::collection::vec(prop::collection::vec(0_u64..40, 7), 2..7)) {
            let counts: Vec<Vec<u64>> = rows.into_iter().filter(|r| r.iter().sum::<u64>() > 0).collect();
            prop_assume!(!counts.is_empty());
            let h = hide(&counts, 5);
            // By elimination over the hidden cells alone: a cell fixed by the equations is solved.
            prop_assert_eq!(fixed(&counts, &h), Vec::<usize>::new());
        }
    }

    const P: i128 = 2_147_483_647;

    /// The inverse of `a` modulo [`P`].
    fn inverse(a: i128) -> i128 {
        let (mut b, mut e, mut x) = (a % P, P - 2, 1);
        while e > 0 {
            if e & 1 == 1 {
                x = x * b % P;
            }
            b = b * b % P;
            e >>= 1;
        }
        x
    }

    /// Brings the rows to reduced echelon form and returns their rank.
    fn eliminate(rows: &mut [Vec<i128>], columns: usize) -> usize {
        let mut rank = 0;
        for k in 0..columns {
            let Some(at) = (rank..rows.len()).find(|r| rows[*r][k] != 0) else { continue };
            rows.swap(rank, at);
            let inv = inverse(rows[rank][k]);
            for x in &mut rows[rank] {
                *x = *x * inv % P;
            }
            for r in 0..rows.len() {
                let f = rows[r][k];
                if r != rank && f != 0 {
                    for j in 0..columns {
                        rows[r][j] = ((rows[r][j] - f * rows[rank][j]) % P + P) % P;
                    }
                }
            }
            rank += 1;
        }
        rank
    }

    /// Hidden cells and sums that the linear equations alone fix, by Gauss over a large prime field.
    fn fixed(counts: &[Vec<u64>], h: &Hidden) -> Vec<usize> {
        let columns = counts[0].len();
        let mut names = Vec::new();
        for r in 0..=counts.len() {
            for c in 0..columns {
                if if r == counts.len() { h.sums[c] } else { h.cells[r][c] } {
                    names.push((r, c));
                }
            }
        }
        let mut rows: Vec<Vec<i128>> = Vec::new();
        for r in 0..=counts.len() {
            rows.push(names.iter().map(|n| i128::from(n.0 == r)).collect());
        }
        for c in 0..columns {
            rows.push(
                names
                    .iter()
                    .map(|n| {
                        if n.1 != c {
                            0
                        } else if n.0 == counts.len() {
                            P - 1
                        } else {
                            1
                        }
                    })
                    .collect(),
            );
        }
        let rank = eliminate(&mut rows, names.len());
        rows.iter()
            .take(rank)
            .filter(|r| r.iter().filter(|x| **x != 0).count() == 1)
            .filter_map(|r| r.iter().position(|x| *x != 0))
            .collect()
    }
}
