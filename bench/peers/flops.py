"""FLOPs of a training step as PyTorch's FlopCounterMode counts them, for the models of test/programs/flops.test.ts.

Uses Transformers' models without their heads. The projection to the vocabulary covers only target positions, whose numbers are arguments.
If they are few, BERT's last layer continues with them alone after its attention: python bench/peers/flops.py decoder=64 llama=64 encoder=13 encoder_decoder=CONTEXT,DECODER_CONTEXT,PREDICTED
"""

import json
import sys

import torch
from torch.utils.flop_counter import FlopCounterMode
from transformers import BertConfig, BertModel, GPT2Config, GPT2Model, LlamaConfig, LlamaModel, T5Config, T5Model

batch, layers, hidden, heads, inner, context, vocabulary = 3, 2, 32, 4, 96, 64, 500


def count(model, predicted, context, decoder_context=None):
    """Forward, projection at the first `predicted` positions, backward."""
    head = torch.nn.Linear(hidden, vocabulary, bias=False)
    inputs = {"input_ids": torch.randint(0, vocabulary, (batch, context))}
    if decoder_context is not None:
        inputs["decoder_input_ids"] = torch.randint(0, vocabulary, (batch, decoder_context))
    with FlopCounterMode(display=False) as counter:
        states = model(**inputs).last_hidden_state
        head(states[:, :predicted]).sum().backward()
    return counter.get_total_flops()


given = {name: [int(each) for each in values.split(",")] for name, values in (argument.split("=") for argument in sys.argv[1:])}
eager = {"attn_implementation": "eager"}
gpt2 = GPT2Model(GPT2Config(vocab_size=vocabulary, n_positions=context, n_embd=hidden, n_layer=layers, n_head=heads, n_inner=inner, **eager))
llama = LlamaModel(
    LlamaConfig(vocab_size=vocabulary, hidden_size=hidden, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads, **eager)
)
bert = BertModel(
    BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=context,
        **eager,
    ),
    add_pooling_layer=False,
)
predicted_by_bert = given["encoder"][0]
behind_attention = bert.encoder.layer[-1].attention.output
forward_all = behind_attention.forward
behind_attention.forward = lambda states, residual: forward_all(states[:, :predicted_by_bert], residual[:, :predicted_by_bert])
t5 = T5Model(
    T5Config(vocab_size=vocabulary, d_model=hidden, d_kv=hidden // heads, d_ff=inner, num_layers=layers, num_decoder_layers=layers, num_heads=heads)
)
encoder_context, decoder_context, predicted = given["encoder_decoder"]
print(
    json.dumps(
        {
            "decoder": count(gpt2, given["decoder"][0], context),
            "llama": count(llama, given["llama"][0], context),
            "encoder": count(bert, given["encoder"][0], context),
            "encoder_decoder": count(t5, predicted, encoder_context, decoder_context),
        }
    )
)
