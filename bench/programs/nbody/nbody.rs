// The outer planets around the sun, in an array of fixed length. The argument is the number of steps.
const SOLAR_MASS: f64 = 39.47841760435743;
const DAYS: f64 = 365.24;

struct Body {
    x: f64,
    y: f64,
    z: f64,
    vx: f64,
    vy: f64,
    vz: f64,
    mass: f64,
}
type System = [Body; 5];

fn planets() -> System {
    [
        Body { x: 0.0, y: 0.0, z: 0.0, vx: 0.0, vy: 0.0, vz: 0.0, mass: SOLAR_MASS },
        Body {
            x: 4.84143144246472090,
            y: -1.16032004402742839,
            z: -0.103622044471123109,
            vx: 0.00166007664274403694 * DAYS,
            vy: 0.00769901118419740425 * DAYS,
            vz: -0.0000690460016972063023 * DAYS,
            mass: 0.000954791938424326609 * SOLAR_MASS,
        },
        Body {
            x: 8.34336671824457987,
            y: 4.12479856412430479,
            z: -0.403523417114321381,
            vx: -0.00276742510726411150 * DAYS,
            vy: 0.00499852801234917238 * DAYS,
            vz: 0.0000230417297573763929 * DAYS,
            mass: 0.000285885980666130812 * SOLAR_MASS,
        },
        Body {
            x: 12.8943695621391310,
            y: -15.1111514016986312,
            z: -0.223307578892655734,
            vx: 0.00296460137564761618 * DAYS,
            vy: 0.00237847173959480950 * DAYS,
            vz: -0.0000296589568540237556 * DAYS,
            mass: 0.0000436624404335156298 * SOLAR_MASS,
        },
        Body {
            x: 15.3796971148509165,
            y: -25.9193146099879641,
            z: 0.179258772950371181,
            vx: 0.00268067772490389322 * DAYS,
            vy: 0.00162824170038242295 * DAYS,
            vz: -0.0000951592254519715870 * DAYS,
            mass: 0.0000515138902046611451 * SOLAR_MASS,
        },
    ]
}

// Gives the sun the momentum that keeps the centre of mass in place.
fn offset_momentum(bodies: &mut System) {
    let mut px = 0.0;
    let mut py = 0.0;
    let mut pz = 0.0;
    for body in bodies.iter() {
        px += body.vx * body.mass;
        py += body.vy * body.mass;
        pz += body.vz * body.mass;
    }
    bodies[0].vx = -px / SOLAR_MASS;
    bodies[0].vy = -py / SOLAR_MASS;
    bodies[0].vz = -pz / SOLAR_MASS;
}

fn advance(bodies: &mut System, dt: f64) {
    for i in 0..bodies.len() {
        for j in i + 1..bodies.len() {
            let dx = bodies[i].x - bodies[j].x;
            let dy = bodies[i].y - bodies[j].y;
            let dz = bodies[i].z - bodies[j].z;
            let square = dx * dx + dy * dy + dz * dz;
            let force = dt / (square * square.sqrt());
            let (mine, other) = (bodies[i].mass * force, bodies[j].mass * force);
            bodies[i].vx -= dx * other;
            bodies[i].vy -= dy * other;
            bodies[i].vz -= dz * other;
            bodies[j].vx += dx * mine;
            bodies[j].vy += dy * mine;
            bodies[j].vz += dz * mine;
        }
    }
    for body in bodies {
        body.x += dt * body.vx;
        body.y += dt * body.vy;
        body.z += dt * body.vz;
    }
}

fn energy(bodies: &System) -> f64 {
    let mut total = 0.0;
    for i in 0..bodies.len() {
        let a = &bodies[i];
        total += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
        for b in &bodies[i + 1..] {
            let (dx, dy, dz) = (a.x - b.x, a.y - b.y, a.z - b.z);
            total -= a.mass * b.mass / (dx * dx + dy * dy + dz * dz).sqrt();
        }
    }
    total
}

fn main() {
    let steps: i64 = std::env::args().nth(1).map_or(5_000_000, |text| text.parse().expect("a number"));
    let mut bodies = planets();
    offset_momentum(&mut bodies);
    println!("{:.9}", energy(&bodies));
    for _ in 0..steps {
        advance(&mut bodies, 0.01);
    }
    println!("{:.9}", energy(&bodies));
}
