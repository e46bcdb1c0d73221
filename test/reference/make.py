"""Makes those models of this folder that cover further cases, with the outputs of Transformers.

    python test/reference/make.py

Needs torch, transformers and safetensors. Eager attention, float32, one thread.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForMaskedLM,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForSequenceClassification,
    LlamaConfig,
    LlamaForCausalLM,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaForSequenceClassification,
    T5Config,
    T5ForConditionalGeneration,
)

ROOT = pathlib.Path(__file__).parent / "models"
VOCABULARY = 96
bert_like = dict(
    vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
    hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=3,
)
distil = dict(vocab_size=VOCABULARY, dim=32, n_layers=2, n_heads=4, hidden_dim=64, max_position_embeddings=32,
              dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, num_labels=3)
roberta = RobertaConfig(**bert_like, max_position_embeddings=34, pad_token_id=1, type_vocab_size=1, layer_norm_eps=1e-5,
                        classifier_dropout=0.0)
electra = ElectraConfig(**bert_like, embedding_size=16, max_position_embeddings=32)
llama = LlamaConfig(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, head_dim=16, max_position_embeddings=64, tie_word_embeddings=True,
    rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                         original_max_position_embeddings=16),
)
t5 = T5Config(vocab_size=VOCABULARY, d_model=32, d_kv=12, d_ff=48, num_layers=2, num_decoder_layers=1, num_heads=4,
              relative_attention_num_buckets=8, relative_attention_max_distance=12, feed_forward_proj="gated-gelu",
              dropout_rate=0.0, decoder_start_token_id=0, initializer_factor=0.5)
bart = BartConfig(vocab_size=VOCABULARY, d_model=32, encoder_layers=2, decoder_layers=1, encoder_attention_heads=4,
                  decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=32,
                  scale_embedding=True, dropout=0.0, activation_function="gelu_new")

MODELS = {
    "roberta-masked-lm": (RobertaForMaskedLM, roberta),
    "roberta-classification": (RobertaForSequenceClassification, roberta),
    "distilbert-masked-lm": (DistilBertForMaskedLM, DistilBertConfig(**distil)),
    "distilbert-classification": (DistilBertForSequenceClassification, DistilBertConfig(**distil)),
    "electra-masked-lm": (ElectraForMaskedLM, electra),
    "electra-classification": (ElectraForSequenceClassification, electra),
    "llama-grouped-lm": (LlamaForCausalLM, llama),
    "t5v1.1-uneven-conditional": (T5ForConditionalGeneration, t5),
    "bart-scaled-conditional": (BartForConditionalGeneration, bart),
}


def batch_of(name: str, random: torch.Generator) -> dict[str, torch.Tensor]:
    mask = torch.tensor([[1] * 16, [1] * 11 + [0] * 5, [1] * 6 + [0] * 10])
    draw = lambda *shape, low=5: torch.randint(low, VOCABULARY, shape, generator=random)
    ids = draw(3, 16)
    if name.startswith("roberta"):  # its positions follow from the padding token
        ids = torch.where(mask == 1, ids, 1)
    if "classification" in name:
        labels = torch.tensor([0, 2, 1])
    elif "conditional" in name:
        labels = draw(3, 10)
        labels[1, 7:] = -100
    elif "masked" in name:
        labels = torch.where((torch.rand(3, 16, generator=random) < 0.3) & (mask == 1), draw(3, 16), -100)
        labels[:, 1] = ids[:, 1]
    else:
        labels = torch.where(mask == 1, ids, -100)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def curve(model, batch: dict[str, torch.Tensor]) -> dict:
    """20 steps on the same batch: loss and gradient norm before clipping."""
    matrices = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    points = []
    for _ in range(20):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        points.append([loss.item(), norm.item()])
    return {"loss_and_gradient_norm": points}


def contiguous(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def main() -> None:
    torch.set_num_threads(1)
    for name, (Model, config) in MODELS.items():
        torch.manual_seed(7)
        config._attn_implementation = "eager"
        model = Model(config)
        with torch.no_grad():  # away from zeros and ones, so that a swap shows
            for parameter in model.parameters():
                parameter.add_(0.05 * torch.randn_like(parameter))
            if hasattr(model, "final_logits_bias"):
                model.final_logits_bias.add_(torch.randn_like(model.final_logits_bias))
        folder = ROOT / name
        model.save_pretrained(folder)
        model.train()
        batch = batch_of(name, torch.Generator().manual_seed(3))
        output = model(**batch, output_hidden_states=True, output_attentions=True)
        output.loss.backward()
        expected = {"loss": output.loss, "logits": output.logits}
        for key in ("encoder_last_hidden_state",):
            if getattr(output, key, None) is not None:
                expected[key] = output[key]
        for key in ("hidden_states", "attentions", "encoder_hidden_states", "encoder_attentions", "decoder_hidden_states",
                    "decoder_attentions", "cross_attentions"):
            for index, tensor in enumerate(getattr(output, key, None) or ()):
                if tensor is not None:
                    expected[f"{key}.{index}"] = tensor
        for parameter, value in model.named_parameters():
            if value.grad is not None:
                expected[f"grad_norm.{parameter}"] = value.grad.norm()
        save_file(contiguous(batch), folder / "batch.safetensors")
        save_file(contiguous(expected), folder / "expected.safetensors")
        if name in ("t5v1.1-uneven-conditional", "electra-masked-lm", "llama-grouped-lm") or name.endswith("classification"):
            (folder / "curve.json").write_text(json.dumps(curve(model, batch)))
        print(name, json.dumps(output.loss.item()))
    folder = ROOT / "bert-classification"
    bert = BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).train()
    (folder / "curve.json").write_text(json.dumps(curve(bert, load_file(folder / "batch.safetensors"))))


if __name__ == "__main__":
    main()
