package io.tourbillon.timer.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The changes of a batch, by kind. */
final class Kinds {
  final List<Change.Put> puts = new ArrayList<>();
  final List<Change.Cancel> cancels = new ArrayList<>();
  final List<Change.End> ends = new ArrayList<>();
  final List<Change.Failed> failures = new ArrayList<>();
  final List<Change.Move> moves = new ArrayList<>();

  /** Of whose timers the owner is told. */
  final List<Row> noticed = new ArrayList<>();

  Kinds(List<? extends Change> changes) {
    // In the order of their keys, so that two nodes do not wait for each other.
    for (Change change : changes.stream().sorted((a, b) -> a.key().compareTo(b.key())).toList()) {
      switch (change) {
        case Change.Put put -> {
          puts.add(put);
          if (put.noticed()) {
            noticed.add(put.row());
          }
        }
        case Change.Cancel cancel -> cancels.add(cancel);
        case Change.End end -> ends.add(end);
        case Change.Failed failed -> failures.add(failed);
        case Change.Move move -> moves.add(move);
      }
    }
  }

  boolean isOneStatement() {
    long kinds = Stream.of(puts, cancels, ends, failures).filter(kind -> !kind.isEmpty()).count();
    return kinds == 1 && cancels.isEmpty() && moves.isEmpty() && noticed.isEmpty();
  }
}
