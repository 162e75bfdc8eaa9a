// The product of matrices in arrays of arrays. The argument is their size.
fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = b.len();
    let mut c: Vec<Vec<f64>> = a.iter().map(|_| vec![0.0; n]).collect();
    for i in 0..n {
        for k in 0..n {
            let factor = a[i][k];
            for j in 0..n {
                c[i][j] += factor * b[k][j];
            }
        }
    }
    c
}

fn main() {
    let n: usize = std::env::args().nth(1).map_or(600, |text| text.parse().expect("a number"));
    let a: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| ((i * 7 + j * 3) % 11) as f64 / 16.0).collect()).collect();
    let b: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| ((i * 5 + j) % 13) as f64 / 32.0).collect()).collect();
    let c = product(&a, &b);
    println!("{:.6} {:.6}", c.iter().map(|row| row.iter().sum::<f64>()).sum::<f64>(), c[n / 2][n / 3]);
}
