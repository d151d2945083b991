// Draws the next token of each row, as `explang_kernels::sample` does up to rounding, and makes it the token that is read next. The host
// draws again from the logits: where it draws another token, what was computed after it is dropped.

// For each step, for each row, a random number in [0, 1).
@group(0) @binding(8) var<storage, read> chances: array<f32>;
// exp((logit − max) / temperature)
@group(0) @binding(9) var<storage, read_write> masses: array<f32>;
// [step, row]
@group(0) @binding(10) var<storage, read_write> drawn: array<u32>;

const WORKERS = 256u;
const SHARE = (VOCAB + WORKERS - 1u) / WORKERS;

var<workgroup> found: array<f32, WORKERS>;
var<workgroup> where_found: array<u32, WORKERS>;

// The sum of one number of each worker.
fn sum_of(mine: f32, worker: u32) -> f32 {
    found[worker] = mine;
    workgroupBarrier();
    for (var span = WORKERS / 2u; span > 0u; span /= 2u) {
        if worker < span {
            found[worker] += found[worker + span];
        }
        workgroupBarrier();
    }
    let sum = found[0];
    workgroupBarrier();
    return sum;
}

// The mass of all words of which each has at least `least`, as bits: those of numbers above 0 are in the order of the numbers.
fn mass_from(least: u32, first: u32, end: u32, row: u32, worker: u32) -> f32 {
    var mine = 0.0;
    for (var word = first; word < end; word++) {
        let mass = masses[row * VOCAB + word];
        if bitcast<u32>(mass) >= least {
            mine += mass;
        }
    }
    return sum_of(mine, worker);
}

// The greatest mass that a word can have so that it and all heavier ones together have more than `aim`.
fn threshold(aim: f32, first: u32, end: u32, row: u32, worker: u32) -> u32 {
    var bits = 0u;
    for (var bit = 29u; bit < 30u; bit--) {
        let tried = bits | (1u << bit);
        if mass_from(tried, first, end, row, worker) > aim {
            bits = tried;
        }
    }
    return bits;
}

@compute @workgroup_size(WORKERS)
fn draw(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) worker: u32) {
    let row = group.y;
    let place = places[row];
    let at = place.z * reading.rows + row;
    let first = min(worker * SHARE, VOCAB);
    let end = min(first + SHARE, VOCAB);

    // The greatest logit, the first of equals.
    var best = LEAST;
    var choice = first;
    for (var word = first; word < end; word++) {
        let logit = logits[at * VOCAB + word];
        if logit > best {
            best = logit;
            choice = word;
        }
    }
    found[worker] = best;
    where_found[worker] = choice;
    workgroupBarrier();
    for (var span = WORKERS / 2u; span > 0u; span /= 2u) {
        if worker < span && found[worker + span] > found[worker] {
            found[worker] = found[worker + span];
            where_found[worker] = where_found[worker + span];
        }
        workgroupBarrier();
    }
    best = found[0];
    choice = where_found[0];
    workgroupBarrier();

    if reading.temperature > 0.0 {
        var mine = 0.0;
        for (var word = first; word < end; word++) {
            let mass = exp((logits[at * VOCAB + word] - best) / reading.temperature);
            masses[row * VOCAB + word] = mass;
            mine += mass;
        }
        let all = sum_of(mine, worker);
        let chance = chances[at];
        var aim = chance * all;
        if reading.top_p < 1.0 {
            let nucleus = threshold(min(reading.top_p * all, all * 0.9999999), first, end, row, worker);
            aim = chance * mass_from(nucleus, first, end, row, worker);
            let least = threshold(aim, first, end, row, worker);
            // Of words of one mass any will do.
            where_found[worker] = VOCAB;
            for (var word = first; word < end; word++) {
                if bitcast<u32>(masses[row * VOCAB + word]) == least {
                    where_found[worker] = min(where_found[worker], word);
                }
            }
            workgroupBarrier();
            if worker == 0u {
                for (var i = 0u; i < WORKERS; i++) {
                    if where_found[i] < VOCAB {
                        choice = where_found[i];
                    }
                }
            }
        } else {
            found[worker] = mine;
            workgroupBarrier();
            if worker == 0u {
                var holder = 0u;
                while holder + 1u < WORKERS && found[holder] <= aim {
                    aim -= found[holder];
                    holder++;
                }
                choice = min(holder * SHARE, VOCAB - 1u);
                for (var word = choice; word < min((holder + 1u) * SHARE, VOCAB); word++) {
                    choice = word;
                    aim -= masses[row * VOCAB + word];
                    if aim < 0.0 {
                        break;
                    }
                }
            }
        }
    }
    if worker == 0u {
        drawn[at] = choice;
        tokens[row] = choice;
        places[row] = vec4(place.x, place.y + 1u, place.z + 1u, 0u);
    }
}
