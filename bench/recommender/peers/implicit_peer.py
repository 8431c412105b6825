"""The peer `implicit` behind a pipe: one JSON request a line, one JSON answer a line, so that runs can be interleaved."""

import json
import sys
import time

import numpy as np
import scipy.sparse as sp
from implicit.cpu import _als
from implicit.cpu.als import AlternatingLeastSquares

THREADS = 2
CG_STEPS = 3


def timed(work):
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


class Peer:
    def load(self, folder, rows, columns):
        offsets, indices = (np.fromfile(f"{folder}/{name}.u32", np.uint32).astype(np.int32) for name in ("offsets", "indices"))
        # The weight of a touched cell is 1 + 9, as the kernels' 9 beside an unobserved weight of 1.
        data = np.full(len(indices), 10, np.float32)
        self.by_user = sp.csr_matrix((data, indices, offsets), shape=(rows, columns))
        self.by_item = self.by_user.T.tocsr()
        return {"interactions": len(indices)}

    def start(self, factors, seed):
        random = np.random.default_rng(seed)
        self.users = random.random((self.by_user.shape[0], factors), np.float32) * 0.01
        self.items = random.random((self.by_user.shape[1], factors), np.float32) * 0.01
        return {}

    def sweep(self, method, regularization):
        def solve(interactions, solved, fixed):
            if method == "conjugate-gradient":
                _als.least_squares_cg(interactions, solved, fixed, regularization, num_threads=THREADS, cg_steps=CG_STEPS)
            else:
                _als.least_squares(interactions, solved, fixed, regularization, num_threads=THREADS)

        def both():
            solve(self.by_user, self.users, self.items)
            solve(self.by_item, self.items, self.users)

        return timed(both)

    def save(self, folder):
        self.users.tofile(f"{folder}/users.f32")
        self.items.tofile(f"{folder}/items.f32")
        return {}

    def load_items(self, folder, users, items, dimensions):
        self.model = AlternatingLeastSquares(factors=dimensions, num_threads=THREADS)
        self.model.item_factors = np.fromfile(f"{folder}/items.f32", np.float32).reshape(items, dimensions)
        self.model.user_factors = np.fromfile(f"{folder}/users.f32", np.float32).reshape(users, dimensions)
        offsets, indices = (np.fromfile(f"{folder}/{name}.u32", np.uint32).astype(np.int32) for name in ("seen-offsets", "seen-indices"))
        self.seen = sp.csr_matrix((np.ones(len(indices), np.float32), indices, offsets), shape=(users, items))
        return {}

    def recommend(self, count, limit, repeats):
        users = np.arange(count) if count > 1 else 0
        seen = self.seen[:count] if count > 1 else self.seen[0]

        def all_repeats():
            for _ in range(repeats):
                self.model.recommend(users, seen, N=limit)

        return timed(all_repeats)


def main():
    peer = Peer()
    for line in sys.stdin:
        request = json.loads(line)
        name = request.pop("do")
        print(json.dumps(getattr(peer, name)(**request)), flush=True)


main()
