package io.tourbillon.coroutine.programs;

import java.util.List;

/**
 * A random program: data that {@link ProgramRun} runs on the scheduler of production, and {@link
 * Oracle} in the way of the documentation.
 *
 * @param capacities of the channels; 0 for a rendezvous
 * @param mutexes how many there are
 * @param coroutines how many there are; their numbers begin at 0, which is the first one
 * @param body of the first coroutine
 */
record Program(List<Integer> capacities, int mutexes, int coroutines, List<Op> body) {
  /** The time at which all coroutines are cancelled; again after as long, if some are left. */
  static final int HORIZON_MILLIS = 10_000_000;

  static String channelName(int channel) {
    return String.valueOf((char) ('a' + channel));
  }

  Program withBody(List<Op> other) {
    return new Program(capacities, mutexes, coroutines, other);
  }

  /** Returns the number of operations. */
  int size() {
    return sizeOf(body);
  }

  private static int sizeOf(List<Op> ops) {
    return ops.stream()
        .mapToInt(op -> 1 + op.bodies().stream().mapToInt(Program::sizeOf).sum())
        .sum();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("channels");
    for (int channel = 0; channel < capacities.size(); channel++) {
      text.append(' ').append(channelName(channel)).append(':').append(capacities.get(channel));
    }
    text.append('\n');
    print(body, "", text);
    return text.toString();
  }

  private static void print(List<Op> ops, String margin, StringBuilder text) {
    for (Op op : ops) {
      text.append(margin).append(op);
      List<List<Op>> bodies = op.bodies();
      for (int part = 0; part < bodies.size(); part++) {
        text.append(part == 0 ? " {\n" : margin + "} finally {\n");
        print(bodies.get(part), margin + "  ", text);
      }
      text.append(bodies.isEmpty() ? "\n" : margin + "}\n");
    }
  }
}
