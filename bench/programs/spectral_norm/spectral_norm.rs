// The spectral norm of an infinite matrix's corner, by the power method. The argument is the corner's size.
fn element(i: usize, j: usize) -> f64 {
    1.0 / ((i + j) * (i + j + 1) / 2 + i + 1) as f64
}

fn times(v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|i| v.iter().enumerate().map(|(j, x)| element(i, j) * x).sum()).collect()
}

fn times_transposed(v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|i| v.iter().enumerate().map(|(j, x)| element(j, i) * x).sum()).collect()
}

fn dot(u: &[f64], v: &[f64]) -> f64 {
    u.iter().zip(v).map(|(a, b)| a * b).sum()
}

fn main() {
    let n: usize = std::env::args().nth(1).map_or(1000, |text| text.parse().expect("a number"));
    let mut u = vec![1.0; n];
    let mut v = Vec::new();
    for _ in 0..10 {
        v = times_transposed(&times(&u));
        u = times_transposed(&times(&v));
    }
    println!("{:.9}", (dot(&u, &v) / dot(&v, &v)).sqrt());
}
