// Pancakes: every permutation, turned over until its first element is in place. The argument is how many elements.

// How often the first elements must be turned over until the first one is 0.
fn flips_of(permutation: &[usize]) -> i64 {
    let mut row = permutation.to_vec();
    let mut flips = 0;
    while row[0] != 0 {
        let mut low = 0;
        let mut high = row[0];
        while low < high {
            row.swap(low, high);
            low += 1;
            high -= 1;
        }
        flips += 1;
    }
    flips
}

// Goes to the next permutation; false behind the last one.
fn advance(permutation: &mut [usize], counts: &mut [usize]) -> bool {
    let mut size = 1;
    loop {
        if size == permutation.len() {
            return false;
        }
        let moved = permutation[0];
        for i in 0..size {
            permutation[i] = permutation[i + 1];
        }
        permutation[size] = moved;
        counts[size] += 1;
        if counts[size] <= size {
            return true;
        }
        counts[size] = 0;
        size += 1;
    }
}

fn main() {
    let n: usize = std::env::args().nth(1).map_or(10, |text| text.parse().expect("a number"));
    let mut permutation: Vec<usize> = (0..n).collect();
    let mut counts = vec![0; n];
    let mut most = 0;
    let mut checksum = 0;
    let mut is_even = true;
    loop {
        let flips = flips_of(&permutation);
        most = most.max(flips);
        checksum += if is_even { flips } else { -flips };
        is_even = !is_even;
        if !advance(&mut permutation, &mut counts) {
            break;
        }
    }
    println!("{checksum} {most}");
}
