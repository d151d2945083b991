// The decoder's operations on one token each: a workgroup computes some outputs of one token, so tokens that are read together cost more
// workgroups and no more dispatches. The model's sizes stand in front of this file as constants, see `program.rs`.

struct Reading {
    // Rows of the cache whose logits are wanted.
    rows: u32,
    // Tokens that a slot of the cache has room for.
    room: u32,
    temperature: f32,
    top_p: f32,
}

@group(1) @binding(0) var<storage, read> gain: array<f32>;
@group(1) @binding(1) var<storage, read> matrix: array<f32>;
@group(1) @binding(2) var<uniform> layer: vec4<u32>;

@group(0) @binding(0) var<uniform> reading: Reading;
@group(0) @binding(1) var<storage, read_write> tokens: array<u32>;
// For each token its slot in the cache, its position there, and how many steps lie between it and the last token that the host gave.
@group(0) @binding(2) var<storage, read_write> places: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> x: array<f32>;
// A token's queries, keys and values in turn; then what its heads gathered, in place of the queries; then its gated features.
@group(0) @binding(4) var<storage, read_write> wide: array<f32>;
// [slot, layer, keys or values, position, key-value head, HEAD_DIM]
@group(0) @binding(5) var<storage, read_write> cache: array<f32>;
// Which token is each row's last one.
@group(0) @binding(6) var<storage, read> last: array<u32>;
// [step, row, VOCAB]
@group(0) @binding(7) var<storage, read_write> logits: array<f32>;

const LANES = 64u;
const Q = HEADS * HEAD_DIM;
const KV = KV_HEADS * HEAD_DIM;
const QKV = Q + 2u * KV;
const WIDE = max(QKV, FEATURES);

var<workgroup> normed: array<f32, HIDDEN>;
var<workgroup> sums: array<f32, LANES>;

// The RMS norm of a token's state, into `normed`.
fn norm(token: u32, lane: u32) {
    var squares = 0.0;
    for (var i = lane; i < HIDDEN; i += LANES) {
        let value = x[token * HIDDEN + i];
        normed[i] = value;
        squares += value * value;
    }
    sums[lane] = squares;
    workgroupBarrier();
    for (var span = LANES / 2u; span > 0u; span /= 2u) {
        if lane < span {
            sums[lane] += sums[lane + span];
        }
        workgroupBarrier();
    }
    let scale = inverseSqrt(sums[0] / f32(HIDDEN) + EPS);
    for (var i = lane; i < HIDDEN; i += LANES) {
        normed[i] *= scale * gain[i];
    }
    workgroupBarrier();
}

@compute @workgroup_size(LANES)
fn embed(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    for (var i = lane; i < HIDDEN; i += LANES) {
        x[token * HIDDEN + i] = matrix[tokens[token] * HIDDEN + i];
    }
}

// Queries, keys and values, by one matrix.
@compute @workgroup_size(LANES)
fn project(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    let column = group.x * LANES + lane;
    norm(token, lane);
    if column < QKV {
        var sum = 0.0;
        for (var i = 0u; i < HIDDEN; i++) {
            sum += normed[i] * matrix[i * QKV + column];
        }
        wide[token * WIDE + column] = sum;
    }
}

// Where a slot's keys or values of this layer begin.
fn kept(slot: u32, values: u32) -> u32 {
    return ((slot * LAYERS + layer.x) * 2u + values) * reading.room * KV;
}

var<workgroup> features: array<f32, HEAD_DIM>;

// Norms and turns a head: queries in their place, keys and values into the cache. `gain` holds the gains of queries, then of keys; `matrix`
// cosine and sine of each pair at each position.
@compute @workgroup_size(LANES)
fn rotate(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    let head = group.x;
    let place = places[token];
    let start = token * WIDE + head * HEAD_DIM;
    for (var i = lane; i < HEAD_DIM; i += LANES) {
        features[i] = wide[start + i];
    }
    workgroupBarrier();
    if head >= HEADS + KV_HEADS {
        let to = kept(place.x, 1u) + place.y * KV + (head - HEADS - KV_HEADS) * HEAD_DIM;
        for (var i = lane; i < HEAD_DIM; i += LANES) {
            cache[to + i] = features[i];
        }
        return;
    }
    var scale = 1.0;
    if NORMS_HEADS {
        var squares = 0.0;
        for (var i = 0u; i < HEAD_DIM; i++) {
            squares += features[i] * features[i];
        }
        scale = inverseSqrt(squares / f32(HEAD_DIM) + EPS);
    }
    let pairs = HEAD_DIM / 2u;
    let gains = select(0u, HEAD_DIM, head >= HEADS);
    for (var i = lane; i < pairs; i += LANES) {
        let a = features[i] * scale * gain[gains + i];
        let b = features[i + pairs] * scale * gain[gains + i + pairs];
        let angle = 2u * (place.y * pairs + i);
        let turned = vec2(a * matrix[angle] - b * matrix[angle + 1u], b * matrix[angle] + a * matrix[angle + 1u]);
        if head < HEADS {
            wide[start + i] = turned.x;
            wide[start + i + pairs] = turned.y;
        } else {
            let to = kept(place.x, 0u) + place.y * KV + (head - HEADS) * HEAD_DIM + i;
            cache[to] = turned.x;
            cache[to + pairs] = turned.y;
        }
    }
}

var<workgroup> weights: array<f32, LANES>;
var<workgroup> newest: u32;

// A head's attention to all positions up to its own, LANES of them at a time; the softmax goes along with them (Milakov & Gimelshein 2018).
@compute @workgroup_size(LANES)
fn attend(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    let head = group.x;
    let place = places[token];
    let read = head / (HEADS / KV_HEADS) * HEAD_DIM;
    let keys = kept(place.x, 0u) + read;
    let values = kept(place.x, 1u) + read;
    for (var i = lane; i < HEAD_DIM; i += LANES) {
        features[i] = wide[token * WIDE + head * HEAD_DIM + i];
    }
    if lane == 0u {
        newest = place.y;
    }
    // The same for all lanes, which the compiler knows by this alone.
    let position = workgroupUniformLoad(&newest);
    // Lane `i` gathers features `i`, `i + LANES`, …
    var gathered: array<f32, (HEAD_DIM + LANES - 1u) / LANES>;
    var greatest = LEAST;
    var total = 0.0;
    for (var from_position = 0u; from_position <= position; from_position += LANES) {
        let count = min(LANES, position + 1u - from_position);
        var score = LEAST;
        if lane < count {
            score = 0.0;
            let key = keys + (from_position + lane) * KV;
            for (var i = 0u; i < HEAD_DIM; i++) {
                score += features[i] * cache[key + i];
            }
            score *= inverseSqrt(f32(HEAD_DIM));
        }
        sums[lane] = score;
        workgroupBarrier();
        let before = greatest;
        for (var i = 0u; i < count; i++) {
            greatest = max(greatest, sums[i]);
        }
        weights[lane] = exp(score - greatest);
        workgroupBarrier();
        let shrunk = exp(before - greatest);
        total *= shrunk;
        for (var i = 0u; i < count; i++) {
            total += weights[i];
        }
        for (var part = 0u; part * LANES + lane < HEAD_DIM; part++) {
            var sum = gathered[part] * shrunk;
            for (var i = 0u; i < count; i++) {
                sum += weights[i] * cache[values + (from_position + i) * KV + part * LANES + lane];
            }
            gathered[part] = sum;
        }
        // The next scores overwrite what other lanes still read.
        workgroupBarrier();
    }
    for (var part = 0u; part * LANES + lane < HEAD_DIM; part++) {
        wide[token * WIDE + head * HEAD_DIM + part * LANES + lane] = gathered[part] / total;
    }
}

// silu(gate) · up, by one matrix: the columns of `gate`, then those of `up`.
@compute @workgroup_size(LANES)
fn gate(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    let column = group.x * LANES + lane;
    norm(token, lane);
    if column < FEATURES {
        var gated = 0.0;
        var up = 0.0;
        for (var i = 0u; i < HIDDEN; i++) {
            let row = i * 2u * FEATURES + column;
            gated += normed[i] * matrix[row];
            up += normed[i] * matrix[row + FEATURES];
        }
        wide[token * WIDE + column] = gated / (1.0 + exp(-gated)) * up;
    }
}

// Adds to a token's state the product of the first of its numbers in `wide` with a matrix: as many as that has rows.
@compute @workgroup_size(LANES)
fn add(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let token = group.y;
    let column = group.x * LANES + lane;
    if column < HIDDEN {
        let rows = arrayLength(&matrix) / HIDDEN;
        var sum = 0.0;
        for (var i = 0u; i < rows; i++) {
            sum += wide[token * WIDE + i] * matrix[i * HIDDEN + column];
        }
        x[token * HIDDEN + column] += sum;
    }
}

// The logits after each row's last token. `matrix` lies row by row here, as the embedding does, which it may be.
@compute @workgroup_size(LANES)
fn score(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let row = group.y;
    let word = group.x * LANES + lane;
    let token = last[row];
    norm(token, lane);
    if word < VOCAB {
        var sum = 0.0;
        for (var i = 0u; i < HIDDEN; i++) {
            sum += normed[i] * matrix[word * HIDDEN + i];
        }
        logits[(places[token].z * reading.rows + row) * VOCAB + word] = sum;
    }
}
