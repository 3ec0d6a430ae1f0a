"""One convolution matrix to play with: sliders, a lit row and column, a walking impulse.

Plain HTML with a script of its own, and no ipywidgets: it also moves on an exported page, where
no kernel runs, and in Colab after the kernel is gone. Where scripts are off (a notebook on
GitHub, one that JupyterLab does not trust) the still picture stays, with its alt text.

The script knows how to convolve, not how to build a matrix: column j is what an impulse gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F

from convkit.pictures.drawing import (
    COLOURS,
    INK,
    LIT,
    PALE,
    add_rectangle,
    cell_for,
    colour_taps,
    draw_matrix,
    new_panels,
    rows_in_words,
    show_figure,
)
from convkit.tools import matrix_of
from convkit.values import as_array

if TYPE_CHECKING:  # matplotlib is loaded by the first picture that is drawn, if one is
    from matplotlib.figure import Figure

_MORE_TAPS = [2.0, 3.0, 7.0, 5.0, 4.0, 9.0]  # for kernels longer than the one given


def play_matrix(
    weight: Any, n: int = 6, padding: int = 0, stride: int = 1, dilation: int = 1
) -> None:
    """Show the matrix of a 1D convolution, with sliders for everything that shapes it.

    A row is lit with the window that it reads, a column with the outputs that it reaches; a button
    walks the unit impulse along the input. Without scripts the picture stands still.

    Parameters
    ----------
    weight : tensor, shape ``(k,)``
        Six taps at most.
    n, padding, stride, dilation : int
        Where the sliders stand first.
    """
    taps = torch.as_tensor(np.asarray(as_array(weight))).reshape(-1)
    options: dict[str, Any] = {"padding": padding, "stride": stride, "dilation": dilation}

    def convolve(x: torch.Tensor) -> torch.Tensor:
        return F.conv1d(x[None, None], taps[None, None], **options)[0, 0]

    T = np.asarray(as_array(matrix_of(convolve, n, taps.dtype)))
    row, column = min(1, len(T) - 1), min(2, n - 1)

    def draw() -> Figure:
        titles = [f"x, an impulse at {column}", f"T: row {row} and column {column} are lit"]
        cell = cell_for([T])
        fig, (above, below) = new_panels([(1, n), T.shape], titles, cell)
        draw_matrix(above, np.eye(n)[column : column + 1], {1.0: len(COLOURS) - 1})
        draw_matrix(below, T, colour_taps(taps, [T]), rows=[row])
        frame: dict[str, Any] = {"fill": False, "edgecolor": LIT, "linewidth": 2}
        add_rectangle(below, (column - 0.5, -0.5), 1, len(T), **frame)
        return fig

    alt = (
        f"Picture: the matrix of a convolution, {len(T)} by {n}, with padding {padding}, stride "
        f"{stride} and dilation {dilation}: {rows_in_words(T)}. Row {row} is lit, and column "
        f"{column}: what an impulse at {column} gives."
    )
    start = {
        "taps": [*taps.tolist(), *_MORE_TAPS[len(taps) :]],
        **{"k": len(taps), "n": n, **options, "row": row, "column": column},
        **{"colours": COLOURS, "ink": INK[1:], "lit": LIT, "pale": PALE},
    }
    script = _SCRIPT.replace("START", json.dumps(start))
    around = ('<div class="convkit-play">', f"</div><script>{script}</script>")
    show_figure(alt, draw, crop=False, around=around)


_SCRIPT = r"""
for (const root of document.querySelectorAll('.convkit-play:not([data-live])')) {
  root.dataset.live = 'yes';
  const s = START;
  const sliders = [['k', 'kernel length', 1, s.taps.length], ['n', 'input length', 1, 12],
    ['padding', 'padding', 0, 4], ['stride', 'stride', 1, 4], ['dilation', 'dilation', 1, 4],
    ['row', 'lit row (output)', 0, 0], ['column', 'lit column (impulse)', 0, 0]];
  const made = (tag, about, parent) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(about)) e.setAttribute(name, value);
    return parent.appendChild(e);
  };
  root.replaceChildren();
  root.style.cssText = 'max-width:557px;background:white;color:black;' +
    'font:14px sans-serif;padding:6px;box-sizing:border-box';
  const controls = made('div', {style: 'display:grid;gap:2px 14px;' +
    'grid-template-columns:repeat(auto-fit,minmax(220px,1fr))'}, root);
  const inputs = {}, outputs = {};
  for (const [name, words, least, most] of sliders) {
    const label = made('label', {style: 'display:flex;align-items:center;gap:6px'}, controls);
    made('span', {style: 'flex:1'}, label).textContent = words;
    inputs[name] = made('input', {type: 'range', min: least, max: most, step: 1,
      value: s[name], 'aria-label': words, style: 'width:90px'}, label);
    outputs[name] = made('output', {style: 'width:1.6em'}, label);
    inputs[name].oninput = () => { s[name] = Number(inputs[name].value); stop(); show(); };
  }
  const walk = made('button', {type: 'button', style: 'font:inherit;color:black'}, controls);
  const picture = made('div', {}, root);
  const told = made('p', {'aria-live': 'polite', style: 'margin:6px 0 0'}, root);
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    walk.textContent = 'Walk the impulse';
  };
  walk.onclick = () => {
    if (timer) return stop();
    walk.textContent = 'Stop';
    s.column = 0;
    show();
    timer = setInterval(() => {
      if (!root.isConnected || s.column + 1 >= s.n) return stop();
      s.column += 1;
      show();
    }, 700);
  };
  stop();

  const convolve = (x, taps) => {  // the window that fits, from place to place
    const room = [...Array(s.padding).fill(0), ...x, ...Array(s.padding).fill(0)], y = [];
    for (let at = 0; at + s.dilation * (s.k - 1) < room.length; at += s.stride) {
      let sum = 0;
      for (let t = 0; t < s.k; t++) sum += taps[t] * room[at + t * s.dilation];
      y.push(sum);
    }
    return y;
  };

  function show() {
    const places = [...Array(s.n).keys()];
    s.column = Math.min(s.column, s.n - 1);
    const impulses = places.map(j => places.map(i => Number(i === j)));
    const columns = impulses.map(x => convolve(x, s.taps));
    // The same of each tap alone tells which tap made an entry.
    const alone = [...Array(s.k).keys()].map(t =>
      impulses.map(x => convolve(x, s.taps.map((_, u) => Number(u === t)))));
    const m = columns[0].length;
    s.row = Math.max(0, Math.min(s.row, m - 1));
    inputs.row.max = Math.max(0, m - 1);
    inputs.column.max = s.n - 1;
    for (const name in inputs) {
      inputs[name].value = s[name];
      outputs[name].textContent = s[name];
    }
    const rows = Array.from({length: m}, (_, i) => columns.map(column => column[i]));
    const across = s.n + 2 * s.padding + 2, size = Math.min(32, 500 / across);
    const left = 34, width = left + across * size + 8, top = 2 * size + 34;
    const font = Math.max(11, Math.min(13, size * 0.55));
    const parts = [], begin = s.row * s.stride - s.padding;
    const X = j => left + (j + s.padding) * size, Y = i => top + i * size;
    const text = (x, y, words, colour, anchor = 'middle') => parts.push(`<text x="${x}" ` +
      `y="${y}" fill="${colour}" text-anchor="${anchor}" ` +
      `dominant-baseline="central">${words}</text>`);
    const cell = (x, y, value, fill, ink, about = '') => {
      parts.push(`<rect x="${x}" y="${y}" width="${size}" height="${size}" fill="${fill}" ` +
        `stroke="#888888" ${about}/>`);
      if (value !== '') text(x + size / 2, y + size / 2, value, ink);
    };
    const frame = (x, y, w, h) => parts.push(`<rect x="${x}" y="${y}" width="${w}" ` +
      `height="${h}" fill="none" stroke="${s.lit}" stroke-width="3"/>`);
    const tapAt = j => {
      const t = (j - begin) / s.dilation;
      return m && Number.isInteger(t) && t >= 0 && t < s.k ? t : -1;
    };
    text(X(-s.padding), 9, `x, an impulse at ${s.column}; coloured: the window of row ${s.row}`,
      'black', 'start');
    for (let j = -s.padding; j < s.n + s.padding; j++) {
      const t = tapAt(j), inside = j >= 0 && j < s.n;
      cell(X(j), 22, j === s.column ? 1 : 0, t < 0 ? 'white' : s.colours[t],
        t < 0 ? (j === s.column ? 'black' : s.pale) : s.ink[t],
        inside ? '' : 'stroke-dasharray="3 3"');
    }
    frame(X(s.column), 22, size, size);
    text(left - 8, top - size / 2 + 2, 'T', 'black', 'end');
    text(X(s.n + s.padding) + size, top - size / 2 + 2, 'y', 'black');
    const shade = (i, j) => alone.findIndex(T => T[j][i]);
    rows.forEach((row, i) => {
      text(left + s.padding * size - 6, Y(i) + size / 2, i, s.pale, 'end');
      row.forEach((value, j) => {
        const t = shade(i, j);
        cell(X(j), Y(i), value, t < 0 ? 'white' : s.colours[t], t < 0 ? s.pale : s.ink[t],
          `data-row="${i}" data-column="${j}"`);
      });
      const value = row[s.column], t = shade(i, s.column);
      cell(X(s.n + s.padding) + size / 2, Y(i), value, t < 0 ? 'white' : s.colours[t],
        t < 0 ? s.pale : s.ink[t]);
    });
    places.forEach(j => text(X(j) + size / 2, Y(m) + 10, j, s.pale));
    if (m) {
      frame(X(0), Y(s.row), s.n * size, size);
      frame(X(s.column), Y(0), size, m * size);
    }
    const height = Y(m) + 22;
    const said = rows.map((row, i) => `row ${i}: ${row.join(' ')}`).join('; ');
    picture.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" role="img" ` +
      `viewBox="0 0 ${width} ${height}" width="${width}" ` +
      `style="max-width:100%;height:auto;display:block" ` +
      `font-family="sans-serif" font-size="${font}">${parts.join('')}</svg>`;
    picture.firstChild.setAttribute('aria-label', `T, ${m} by ${s.n}: ${said}`);
    for (const e of picture.querySelectorAll('[data-row]')) {
      e.onclick = () => { s.row = +e.dataset.row; s.column = +e.dataset.column; stop(); show(); };
    }
    const terms = [...Array(s.k).keys()].map(t => [s.taps[t], begin + t * s.dilation])
      .map(([w, j]) => `${w}\u00b7${j >= 0 && j < s.n ? `x[${j}]` : '0'}`).join(' + ');
    const reached = rows.map((row, i) => [i, row[s.column]]).filter(([, v]) => v !== 0)
      .map(([i, v]) => `y[${i}] gets ${v}`).join(', ');
    told.textContent = m ? `T has ${m} rows and ${s.n} columns. Row ${s.row}: y[${s.row}] = ` +
      `${terms}. Column ${s.column}, an impulse at ${s.column}: ${reached || 'no output sees it'}.`
      : 'The kernel does not fit: there is no output, and T has no row.';
  }
  show();
}
"""
