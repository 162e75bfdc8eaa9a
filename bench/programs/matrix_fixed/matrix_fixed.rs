// The product of matrices in arrays of fixed length, without a heap. The argument is how many products.
const SIZE: usize = 64;
type Matrix = [[f64; SIZE]; SIZE];

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let mut c = [[0.0; SIZE]; SIZE];
    for i in 0..SIZE {
        for k in 0..SIZE {
            let factor = a[i][k];
            for j in 0..SIZE {
                c[i][j] += factor * b[k][j];
            }
        }
    }
    c
}

// The matrix with the sum of its first row's elements as the unit, so that powers of it stay finite.
fn scaled_down(m: &Matrix) -> Matrix {
    let unit: f64 = m[0].iter().sum();
    let mut scaled = *m;
    for i in 0..SIZE {
        for j in 0..SIZE {
            scaled[i][j] /= unit;
        }
    }
    scaled
}

fn main() {
    let rounds: i64 = std::env::args().nth(1).map_or(2000, |text| text.parse().expect("a number"));
    let mut a = [[0.0; SIZE]; SIZE];
    let mut b = [[0.0; SIZE]; SIZE];
    for i in 0..SIZE {
        for j in 0..SIZE {
            a[i][j] = ((i * 7 + j * 3) % 11) as f64 / 400.0;
            b[i][j] = if i == j { 1.0 } else { ((i * 5 + j) % 13) as f64 / 500.0 };
        }
    }
    for _ in 0..rounds {
        a = scaled_down(&product(&a, &b));
    }
    let total: f64 = a.iter().map(|row| row.iter().sum::<f64>()).sum();
    println!("{total:.9}");
}
