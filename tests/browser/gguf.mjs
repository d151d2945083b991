// Writes one of our checkpoints as a GGUF file, as llama.cpp's converter would: version 3, its names for the tensors, blocks of 32 numbers.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const OUTSIDE = { "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight" };
const INSIDE = {
  input_layernorm: "attn_norm",
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "self_attn.q_norm": "attn_q_norm",
  "self_attn.k_norm": "attn_k_norm",
  post_attention_layernorm: "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

function nameOf(name) {
  const inside = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
  return inside ? `blk.${inside[1]}.${INSIDE[inside[2]]}.weight` : OUTSIDE[name];
}

const half = (bits) => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
};

/** The nearest number of half precision at or above a positive number of its normal range, as bits. */
function halfAbove(value) {
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  return Math.ceil((value / 2 ** exponent - 1) * 1024) + ((exponent + 15) << 10);
}

/** Blocks of 32 numbers: a scale in half precision and whole numbers of eight or four bits. */
const BLOCKS = {
  Q8_0: {
    kind: 8,
    pack(values) {
      const largest = Math.max(...values.map(Math.abs), 1e-4);
      const bits = halfAbove(largest / 127);
      const bytes = Buffer.alloc(34);
      bytes.writeUInt16LE(bits);
      values.forEach((value, i) => bytes.writeInt8(Math.round(value / half(bits)), 2 + i));
      return bytes;
    },
  },
  Q4_0: {
    kind: 2,
    pack(values) {
      const largest = Math.max(...values.map(Math.abs), 1e-4);
      const bits = halfAbove(largest / 7);
      const quant = (value) => 8 + Math.round(value / half(bits));
      const bytes = Buffer.alloc(18);
      bytes.writeUInt16LE(bits);
      for (let i = 0; i < 16; i += 1) bytes.writeUInt8(quant(values[i]) | (quant(values[i + 16]) << 4), 2 + i);
      return bytes;
    },
  },
};

const KINDS = { F32: 0, F16: 1 };

/** What the tensors of a `model.safetensors` in f16 hold: shape, numbers and bytes by name. */
function tensors(file) {
  const length = Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, 8 + length));
  delete header.__metadata__;
  return Object.entries(header).map(([name, { dtype, shape, data_offsets: [from, to] }]) => {
    if (dtype !== "F16") throw new Error(`${name} is in ${dtype}`);
    const bytes = file.subarray(8 + length + from, 8 + length + to);
    return { name: nameOf(name), shape, bytes, values: Array.from({ length: bytes.length / 2 }, (_, i) => half(bytes.readUInt16LE(2 * i))) };
  });
}

const number = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const word = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const real = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const text = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
const VALUES = { uint32: [4, word], float32: [6, real], bool: [7, (value) => Buffer.of(value ? 1 : 0)], string: [8, text] };
const pair = (key, type, value) => Buffer.concat([text(key), word(VALUES[type][0]), VALUES[type][1](value)]);
const list = (key, type, values) =>
  Buffer.concat([text(key), word(9), word(VALUES[type][0]), number(values.length), ...values.map(VALUES[type][1])]);

/** The checkpoint of `folder`, of the Qwen3 family and in f16, its matrices in `format`: F16, Q8_0 or Q4_0. */
export async function gguf(folder, format) {
  const json = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));
  const [config, tokenizer] = [await json("config.json"), await json("tokenizer.json")];
  const added = new Map(tokenizer.added_tokens.map(({ id, content, special }) => [id, { content, special }]));
  const words = Array(config.vocab_size).fill(null);
  for (const [content, id] of Object.entries(tokenizer.model.vocab)) words[id] = content;
  for (const [id, { content }] of added) words[id] = content;
  const kind = (id) => (words[id] === null ? 5 : !added.has(id) ? 1 : added.get(id).special ? 3 : 4);
  const family = config.model_type;
  const keys = [
    pair("general.architecture", "string", family),
    pair(`${family}.context_length`, "uint32", config.max_position_embeddings),
    pair(`${family}.embedding_length`, "uint32", config.hidden_size),
    pair(`${family}.feed_forward_length`, "uint32", config.intermediate_size),
    pair(`${family}.block_count`, "uint32", config.num_hidden_layers),
    pair(`${family}.attention.head_count`, "uint32", config.num_attention_heads),
    pair(`${family}.attention.head_count_kv`, "uint32", config.num_key_value_heads),
    pair(`${family}.attention.key_length`, "uint32", config.head_dim),
    pair(`${family}.attention.value_length`, "uint32", config.head_dim),
    pair(`${family}.attention.layer_norm_rms_epsilon`, "float32", config.rms_norm_eps),
    pair(`${family}.rope.freq_base`, "float32", config.rope_theta),
    pair("tokenizer.ggml.model", "string", "gpt2"),
    // Digits alone, then the pattern of GPT-2.
    pair("tokenizer.ggml.pre", "string", "smollm"),
    list("tokenizer.ggml.tokens", "string", words.map((content, id) => content ?? `[PAD${id}]`)),
    list("tokenizer.ggml.token_type", "uint32", words.map((_, id) => kind(id))),
    list("tokenizer.ggml.merges", "string", tokenizer.model.merges.map((merge) => merge.join(" "))),
    pair("tokenizer.ggml.eos_token_id", "uint32", config.eos_token_id),
    pair("tokenizer.ggml.padding_token_id", "uint32", config.pad_token_id),
    pair("tokenizer.ggml.add_bos_token", "bool", false),
  ];
  const all = tensors(await readFile(join(folder, "model.safetensors")));
  const [headers, data] = [[], []];
  let offset = 0;
  for (const { name, shape, bytes, values } of all) {
    let [stored, of] = [bytes, KINDS.F16];
    if (shape.length === 1) {
      [stored, of] = [Buffer.concat(values.map(real)), KINDS.F32];
    } else if (format in BLOCKS) {
      const blocks = Array.from({ length: values.length / 32 }, (_, i) => BLOCKS[format].pack(values.slice(32 * i, 32 * (i + 1))));
      [stored, of] = [Buffer.concat(blocks), BLOCKS[format].kind];
    }
    headers.push(text(name), word(shape.length), ...[...shape].reverse().map(number), word(of), number(offset));
    const padded = Buffer.concat([stored, Buffer.alloc(-stored.length & 31)]);
    data.push(padded);
    offset += padded.length;
  }
  const head = Buffer.concat([Buffer.from("GGUF"), word(3), number(all.length), number(keys.length), ...keys, ...headers]);
  return Buffer.concat([head, Buffer.alloc(-head.length & 31), ...data]);
}
