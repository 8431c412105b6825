"""scikit-learn and fastText behind a pipe: one JSON request a line, one JSON answer a line, so that runs can be interleaved."""

import json
import os
import sys
import tempfile
import time

import fasttext
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

# It warns on the way of the answers.
fasttext.FastText.eprint = lambda *_: None


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


class Peers:
    def load(self, file):
        with open(file, encoding="utf-8") as source:
            self.data = json.load(source)
        return {}

    def train_svc(self, cost):
        """Words and pairs of them, characters 2 to 5 within words."""

        def train():
            words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
            characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
            self.svc = make_pipeline(make_union(words, characters), LinearSVC(C=cost))
            self.svc.fit(self.data["texts"], self.data["labels"])

        return timed(train)

    def train_fasttext(self, threads):
        """Pairs of words and characters 3 to 5, as the best of those that were tried."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False, encoding="utf-8") as lines:
            order = np.random.default_rng(1).permutation(len(self.data["texts"]))
            for row in order:
                lines.write(f"__label__{self.data['labels'][row]} {self.plain(self.data['texts'][row])}\n")

        def train():
            settings = {"wordNgrams": 2, "minn": 3, "maxn": 5, "epoch": 50, "lr": 0.5, "verbose": 0}
            self.fast = fasttext.train_supervised(lines.name, thread=threads, **settings)

        try:
            return timed(train)
        finally:
            os.unlink(lines.name)

    def accuracy(self):
        given = self.svc.predict(self.data["testTexts"])
        fast = [int(self.fast.f.predict(self.plain(text), 1, 0.0, "strict")[0][1][9:]) for text in self.data["testTexts"]]
        right = np.array(self.data["testLabels"])
        return {"svc": float((given == right).mean()), "fastText": float((np.array(fast) == right).mean())}

    def predict_svc(self):
        return timed(lambda: [self.svc.predict([text]) for text in self.data["testTexts"][:200]])

    def predict_fasttext(self):
        return timed(lambda: [self.fast.f.predict(self.plain(text), 1, 0.0, "strict") for text in self.data["testTexts"][:200]])

    @staticmethod
    def plain(text):
        return " ".join(text.lower().split())


def main():
    peers = Peers()
    for line in sys.stdin:
        request = json.loads(line)
        name = request.pop("do")
        print(json.dumps(getattr(peers, name)(**request)), flush=True)


main()
