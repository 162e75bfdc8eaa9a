// Many bodies that attract each other, structs in a growable array. The argument is the number of steps.
use std::ops::{Add, Sub};

const COUNT: usize = 200;

#[derive(Clone, Copy)]
struct Vector {
    x: f64,
    y: f64,
    z: f64,
}

struct Body {
    at: Vector,
    speed: Vector,
    mass: f64,
}

impl Add for Vector {
    type Output = Vector;
    fn add(self, o: Vector) -> Vector {
        Vector { x: self.x + o.x, y: self.y + o.y, z: self.z + o.z }
    }
}
impl Sub for Vector {
    type Output = Vector;
    fn sub(self, o: Vector) -> Vector {
        Vector { x: self.x - o.x, y: self.y - o.y, z: self.z - o.z }
    }
}
impl Vector {
    fn scaled(self, by: f64) -> Vector {
        Vector { x: self.x * by, y: self.y * by, z: self.z * by }
    }
    fn square(self) -> f64 {
        self.x * self.x + self.y * self.y + self.z * self.z
    }
}

// Bodies on a screw, at rest.
fn screw() -> Vec<Body> {
    (0..COUNT)
        .map(|i| Body {
            at: Vector { x: (i * 7 % 50) as f64, y: (i * 13 % 50) as f64, z: i as f64 / 4.0 },
            speed: Vector { x: 0.0, y: 0.0, z: 0.0 },
            mass: 1.0 + (i % 5) as f64,
        })
        .collect()
}

fn advance(bodies: &mut [Body], dt: f64) {
    for i in 0..bodies.len() {
        let mut pull = Vector { x: 0.0, y: 0.0, z: 0.0 };
        for other in bodies.iter() {
            let way = other.at - bodies[i].at;
            let square = way.square() + 0.01;
            pull = pull + way.scaled(other.mass / (square * square.sqrt()));
        }
        bodies[i].speed = bodies[i].speed + pull.scaled(dt);
    }
    for body in bodies {
        body.at = body.at + body.speed.scaled(dt);
    }
}

fn main() {
    let steps: i64 = std::env::args().nth(1).map_or(500, |text| text.parse().expect("a number"));
    let mut bodies = screw();
    for _ in 0..steps {
        advance(&mut bodies, 0.001);
    }
    println!("{:.9}", bodies.iter().map(|body| body.mass * body.speed.square()).sum::<f64>());
}
