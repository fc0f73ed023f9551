package io.tourbillon.timer.durable;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How many shards a node takes or gives back, so that all nodes come to own the same number, give
 * or take one, and none goes without as long as there are enough. All nodes compute it for
 * themselves from what the table says. Pure arithmetic.
 *
 * @param take how many to take, if they are free
 * @param give how many to give back
 */
record FairShare(int take, int give) {
  private static final FairShare STAYS = new FairShare(0, 0);

  /**
   * Computes the share of a node.
   *
   * @param owned how many shards each node owns that may own some, this one among them
   * @param shards how many there are
   */
  static FairShare of(String node, Map<String, Integer> owned, int shards) {
    int mine = owned.getOrDefault(node, 0);
    int least = shards / owned.size();
    int most = Math.ceilDiv(shards, owned.size());
    if (mine > most) {
      return new FairShare(0, mine - most);
    }
    if (mine < least) {
      return new FairShare(least - mine, 0);
    }
    int free = shards - owned.values().stream().mapToInt(Integer::intValue).sum();
    int wanted = owned.values().stream().mapToInt(each -> Math.max(0, least - each)).sum();
    if (free > wanted) {
      return new FairShare(Math.min(most - mine, free - wanted), 0);
    }
    return mine > least && rank(node, owned, least) < wanted - free ? new FairShare(0, 1) : STAYS;
  }

  /** How many nodes give one away before this one does. */
  private static int rank(String node, Map<String, Integer> owned, int least) {
    List<String> givers =
        owned.entrySet().stream()
            .filter(each -> each.getValue() > least)
            .sorted(
                Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .toList();
    return givers.indexOf(node);
  }
}
