// Queens that don't attack each other, by backtracking over arrays of what is taken. The argument is the board's size.
struct Board {
    size: usize,
    columns: Vec<bool>,
    rising: Vec<bool>,
    falling: Vec<bool>,
}

impl Board {
    fn empty(size: usize) -> Board {
        Board { size, columns: vec![false; size], rising: vec![false; 2 * size], falling: vec![false; 2 * size] }
    }
    fn is_free(&self, row: usize, column: usize) -> bool {
        !self.columns[column] && !self.rising[row + column] && !self.falling[row + self.size - column]
    }
    fn mark(&mut self, row: usize, column: usize, taken: bool) {
        self.columns[column] = taken;
        self.rising[row + column] = taken;
        self.falling[row + self.size - column] = taken;
    }
    fn count_from(&mut self, row: usize) -> i64 {
        if row == self.size {
            return 1;
        }
        let mut found = 0;
        for column in 0..self.size {
            if self.is_free(row, column) {
                self.mark(row, column, true);
                found += self.count_from(row + 1);
                self.mark(row, column, false);
            }
        }
        found
    }
}

fn main() {
    let size = std::env::args().nth(1).map_or(11, |text| text.parse().expect("a number"));
    println!("{}", Board::empty(size).count_from(0));
}
