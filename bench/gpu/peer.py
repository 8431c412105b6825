"""PyTorch on the GPU, for the same mathematics as ours: a request a line in, seconds (a median) a line out."""

import json
import sys
import time

try:
    import numpy as np
    import torch
except ImportError:
    sys.exit(0)
if not torch.cuda.is_available():
    sys.exit(0)

CUDA = torch.device("cuda")
CHUNK_BYTES = 2**30
LEARNING_RATE = 0.001
EPSILON = 1e-7
BATCHES = 8
# Ours computes in full single precision, too.
torch.backends.cuda.matmul.allow_tf32 = False


def seconds_of(work, rounds):
    """Median over the rounds after one that does not count."""
    measured = []
    for round_ in range(-1, rounds):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        if round_ >= 0:
            measured.append(time.perf_counter() - started)
    return sorted(measured)[len(measured) // 2]


class Side:
    """Interactions by row, cut into chunks of rows of like length: padding at most doubles a chunk."""

    def __init__(self, offsets, indices, dimensions):
        self.offsets, self.indices = offsets, indices
        self.lengths = offsets[1:] - offsets[:-1]
        lengths, self.order = self.lengths.sort(descending=True)
        lengths = lengths.cpu().numpy()
        self.chunks = []
        first = 0
        while first < len(lengths) and lengths[first] > 0:
            longest = int(lengths[first])
            most = max(1, CHUNK_BYTES // (4 * dimensions * max(longest, dimensions)))
            alike = int(np.searchsorted(-lengths, -max(1, longest // 2), side="right"))
            last = max(first + 1, min(first + most, alike))
            self.chunks.append((first, last, longest))
            first = last
        self.empty = self.order[first:]

    def solve(self, solved, fixed, settings, steps):
        """By conjugate gradient from the last values, or exactly where steps is None."""
        d = fixed.shape[1]
        gram = settings["unobservedWeight"] * fixed.T @ fixed
        gram += settings["regularization"] * torch.eye(d, device=CUDA)
        solved[self.empty] = 0
        for first, last, longest in self.chunks:
            rows = self.order[first:last]
            places = torch.arange(longest, device=CUDA)
            inside = places < self.lengths[rows, None]
            at = torch.where(inside, self.offsets[rows, None] + places, 0)
            gathered = fixed[self.indices[at]] * inside[..., None]
            right = gathered.sum(1)
            if steps is None:
                matrix = torch.baddbmm(gram[None], gathered.transpose(1, 2), gathered)
                factor = torch.linalg.cholesky(matrix)
                solved[rows] = torch.cholesky_solve(right[..., None], factor)[..., 0]
            else:
                solved[rows] = conjugate_gradient(gathered, gram, right, solved[rows], steps)


def conjugate_gradient(gathered, gram, right, x, steps):
    def image(v):
        return torch.bmm(gathered.transpose(1, 2), torch.bmm(gathered, v[..., None]))[..., 0] + v @ gram

    residual = right - image(x)
    p = residual
    energy = (residual * residual).sum(1, keepdim=True)
    for _ in range(steps):
        q = image(p)
        length = energy / (p * q).sum(1, keepdim=True).clamp_min(1e-37)
        x = x + length * p
        residual = residual - length * q
        following = (residual * residual).sum(1, keepdim=True)
        p = residual + following / energy.clamp_min(1e-37) * p
        energy = following
    return x


def als(request):
    users, items, d = request["users"], request["items"], request["dimensions"]
    read = lambda name: torch.from_numpy(np.fromfile(f"{request['folder']}/{name}.u32", np.uint32).astype(np.int64))
    offsets, indices = read("offsets").to(CUDA), read("indices").to(CUDA)
    by_user = Side(offsets, indices, d)
    order = torch.argsort(indices, stable=True)
    counts = torch.bincount(indices, minlength=items)
    turned = torch.cat([torch.zeros(1, dtype=torch.int64, device=CUDA), counts.cumsum(0)])
    row_of = torch.repeat_interleave(torch.arange(users, device=CUDA), by_user.lengths)
    by_item = Side(turned, row_of[order], d)
    del order, row_of
    tables = [(torch.rand(rows, d, device=CUDA) - 0.5) / 10 for rows in (users, items)]

    def sweep(steps):
        by_user.solve(tables[0], tables[1], request, steps)
        by_item.solve(tables[1], tables[0], request, steps)

    return {
        "steps": seconds_of(lambda: sweep(request["steps"]), request["rounds"]),
        "exact": seconds_of(lambda: sweep(None), request["rounds"]),
    }


def embedding(request):
    users, items, batch, d = (request[key] for key in ("users", "items", "batch", "dimensions"))
    tables = [torch.nn.Embedding(rows, d, sparse=True, device=CUDA) for rows in (users, items)]
    head = torch.tensor([1.0, 3.0], device=CUDA, requires_grad=True)
    sparse = torch.optim.SparseAdam([table.weight for table in tables], lr=LEARNING_RATE, eps=EPSILON)
    dense = torch.optim.Adam([head], lr=LEARNING_RATE, eps=EPSILON)
    # Each step uploads its batch, as ours does.
    batches = [
        [
            torch.randint(users, (batch,)).pin_memory(),
            torch.randint(items, (batch,)).pin_memory(),
            (5 * torch.rand(batch)).pin_memory(),
        ]
        for _ in range(BATCHES)
    ]

    def run():
        total = torch.zeros((), device=CUDA)
        for step in range(request["steps"]):
            user_ids, item_ids, labels = (part.to(CUDA, non_blocking=True) for part in batches[step % BATCHES])
            cosine = torch.nn.functional.cosine_similarity(tables[0](user_ids), tables[1](item_ids))
            loss = ((head[0] * cosine + head[1] - labels) ** 2).mean()
            sparse.zero_grad()
            dense.zero_grad()
            loss.backward()
            sparse.step()
            dense.step()
            total += loss.detach()
        total.item()

    return {"seconds": seconds_of(run, request["rounds"])}


PARTS = {"als": als, "embedding": embedding}
print(json.dumps({"version": torch.__version__, "device": torch.cuda.get_device_name()}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(PARTS[request["do"]](request)), flush=True)
    torch.cuda.empty_cache()
