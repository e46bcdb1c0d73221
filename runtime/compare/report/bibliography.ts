/** A cited work, as text and as BibTeX. */
export interface Reference {
  key: string;
  text: string;
  bibtex: string;
}

interface Entry {
  kind: "article" | "inproceedings" | "book" | "misc";
  author: string;
  title: string;
  year: number;
  /** Journal, proceedings, or publisher. */
  in: string;
}

/** The works that the catalogue and the method cite, by the beginning of the citation. */
const entries: Readonly<Record<string, Entry>> = {
  "Vaswani et al. 2017": of(
    "inproceedings",
    "Vaswani, Ashish and others",
    "Attention Is All You Need",
    2017,
    "Advances in Neural Information Processing Systems 30",
  ),
  "Devlin et al. 2019": of(
    "inproceedings",
    "Devlin, Jacob and Chang, Ming-Wei and Lee, Kenton and Toutanova, Kristina",
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    2019,
    "Proceedings of NAACL-HLT",
  ),
  "Liu et al. 2019": of(
    "misc",
    "Liu, Yinhan and others",
    "RoBERTa: A Robustly Optimized BERT Pretraining Approach",
    2019,
    "arXiv:1907.11692",
  ),
  "Radford et al. 2018": of(
    "misc",
    "Radford, Alec and Narasimhan, Karthik and Salimans, Tim and Sutskever, Ilya",
    "Improving Language Understanding by Generative Pre-Training",
    2018,
    "OpenAI",
  ),
  "Raffel et al. 2020": of(
    "article",
    "Raffel, Colin and others",
    "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    2020,
    "Journal of Machine Learning Research 21(140)",
  ),
  "Lewis et al. 2020": of(
    "inproceedings",
    "Lewis, Mike and others",
    "BART: Denoising Sequence-to-Sequence Pre-training for Natural Language Generation, Translation, and Comprehension",
    2020,
    "Proceedings of ACL",
  ),
  "Clark et al. 2020": of(
    "inproceedings",
    "Clark, Kevin and Luong, Minh-Thang and Le, Quoc V. and Manning, Christopher D.",
    "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than Generators",
    2020,
    "International Conference on Learning Representations",
  ),
  "Tay et al. 2023": of(
    "inproceedings",
    "Tay, Yi and others",
    "UL2: Unifying Language Learning Paradigms",
    2023,
    "International Conference on Learning Representations",
  ),
  "Gao et al. 2020": of(
    "misc",
    "Gao, Leo and others",
    "The Pile: An 800GB Dataset of Diverse Text for Language Modeling",
    2020,
    "arXiv:2101.00027",
  ),
  "Gao et al. 2021": of(
    "inproceedings",
    "Gao, Tianyu and Yao, Xingcheng and Chen, Danqi",
    "SimCSE: Simple Contrastive Learning of Sentence Embeddings",
    2021,
    "Proceedings of EMNLP",
  ),
  "Salazar et al. 2020": of(
    "inproceedings",
    "Salazar, Julian and Liang, Davis and Nguyen, Toan Q. and Kirchhoff, Katrin",
    "Masked Language Model Scoring",
    2020,
    "Proceedings of ACL",
  ),
  "Hu et al. 2022": of(
    "inproceedings",
    "Hu, Edward J. and others",
    "LoRA: Low-Rank Adaptation of Large Language Models",
    2022,
    "International Conference on Learning Representations",
  ),
  "Loshchilov and Hutter 2019": of(
    "inproceedings",
    "Loshchilov, Ilya and Hutter, Frank",
    "Decoupled Weight Decay Regularization",
    2019,
    "International Conference on Learning Representations",
  ),
  "Loshchilov and Hutter 2017": of(
    "inproceedings",
    "Loshchilov, Ilya and Hutter, Frank",
    "SGDR: Stochastic Gradient Descent with Warm Restarts",
    2017,
    "International Conference on Learning Representations",
  ),
  "Dmitrienko, Offen and Westfall 2003": of(
    "article",
    "Dmitrienko, Alexei and Offen, Walter W. and Westfall, Peter H.",
    "Gatekeeping strategies for clinical trials that do not require all primary effects to be significant",
    2003,
    "Statistics in Medicine 22(15)",
  ),
  "Welch 1947": of(
    "article",
    "Welch, B. L.",
    "The generalization of ‘Student's’ problem when several different population variances are involved",
    1947,
    "Biometrika 34(1/2)",
  ),
  "Piepho 2004": of(
    "article",
    "Piepho, Hans-Peter",
    "An Algorithm for a Letter-Based Representation of All-Pairwise Comparisons",
    2004,
    "Journal of Computational and Graphical Statistics 13(2)",
  ),
  "Efron 1979": of("article", "Efron, Bradley", "Bootstrap Methods: Another Look at the Jackknife", 1979, "The Annals of Statistics 7(1)"),
  "Cochran and Cox 1950": of("book", "Cochran, William G. and Cox, Gertrude M.", "Experimental Designs", 1950, "Wiley"),
  "Lan and DeMets 1983": of(
    "article",
    "Lan, K. K. Gordon and DeMets, David L.",
    "Discrete sequential boundaries for clinical trials",
    1983,
    "Biometrika 70(3)",
  ),
  "Warstadt et al. 2023": of(
    "inproceedings",
    "Warstadt, Alex and others",
    "Findings of the BabyLM Challenge: Sample-Efficient Pretraining on Developmentally Plausible Corpora",
    2023,
    "Proceedings of the BabyLM Challenge at the 27th Conference on Computational Natural Language Learning",
  ),
  "Brown et al. 2020": of(
    "inproceedings",
    "Brown, Tom B. and others",
    "Language Models are Few-Shot Learners",
    2020,
    "Advances in Neural Information Processing Systems 33",
  ),
};

function of(kind: Entry["kind"], author: string, title: string, year: number, where: string): Entry {
  return { kind, author, title, year, in: where };
}

/** The distinct works, in alphabetical order. A work that is not in the list appears as it was cited. */
export function referencesFor(sources: readonly string[]): Reference[] {
  const cited = sources.flatMap((source) => source.split("; ")).map((source) => /^.*? \d{4}\b/.exec(source)?.[0] ?? source);
  return [...new Set(cited)].sort().map((name) => {
    const key = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    const entry = entries[name];
    if (!entry) return { key, text: name, bibtex: `@misc{${key},\n  key = {${braced(name)}},\n  title = {${braced(name)}}\n}` };
    const place = { article: "journal", inproceedings: "booktitle", book: "publisher", misc: "howpublished" }[entry.kind];
    const people = entry.author.replaceAll(" and others", " et al.").replaceAll(" and ", "; ");
    return {
      key,
      text: `${people}: ${entry.title}. ${entry.in}, ${entry.year}.`,
      bibtex: `@${entry.kind}{${key},\n  author = {${entry.author}},\n  title = {{${braced(entry.title)}}},\n  ${place} = {${entry.in}},\n  year = {${entry.year}}\n}`,
    };
  });
}

function braced(text: string): string {
  return text.replaceAll("&", "\\&").replaceAll("_", "\\_").replaceAll("%", "\\%");
}
