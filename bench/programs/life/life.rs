// The game of life on a torus, in an array of arrays. The argument is the number of generations.
const SIZE: usize = 256;
type Grid = Vec<Vec<u8>>;

// Cells in no order, the same each time (Knuth's MMIX generator).
fn random_grid() -> Grid {
    let mut state = 1u64;
    (0..SIZE)
        .map(|_| {
            (0..SIZE)
                .map(|_| {
                    state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                    (state >> 63) as u8
                })
                .collect()
        })
        .collect()
}

fn next(grid: &Grid) -> Grid {
    let mut cells = grid.clone();
    for y in 0..SIZE {
        let above = &grid[(y + SIZE - 1) % SIZE];
        let row = &grid[y];
        let below = &grid[(y + 1) % SIZE];
        for x in 0..SIZE {
            let left = (x + SIZE - 1) % SIZE;
            let right = (x + 1) % SIZE;
            let around =
                above[left] + above[x] + above[right] + row[left] + row[right] + below[left] + below[x] + below[right];
            cells[y][x] = if around == 3 || around == 2 && row[x] == 1 { 1 } else { 0 };
        }
    }
    cells
}

fn main() {
    let generations: i64 = std::env::args().nth(1).map_or(1000, |text| text.parse().expect("a number"));
    let mut grid = random_grid();
    for _ in 0..generations {
        grid = next(&grid);
    }
    println!("{}", grid.iter().map(|row| row.iter().filter(|&&cell| cell == 1).count()).sum::<usize>());
}
