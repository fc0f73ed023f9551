package io.tourbillon.bench.compare;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The rules for a file of results, and for a measurement as processes print it. A file is checked
 * as a whole before it is used, so that later code needs no checks. Parts without a rule are
 * allowed, since a later version may have them; they are not read.
 */
final class ResultsShape {
  /** Above any figure in nanoseconds or bytes, and small enough for sums. */
  private static final double MOST = 1e18;

  private static final int MOST_SHOWN = 60;
  private static final Kind OBJECT = new Kind("an object", JsonNode::isObject);
  private static final Kind LIST = new Kind("a list", JsonNode::isArray);
  private static final Kind TEXT = new Kind("text", JsonNode::isString);
  private static final Kind NULL = new Kind("null", JsonNode::isNull);
  private static final Kind PAIR =
      new Kind("a pair", value -> value.isArray() && value.size() == 2);
  private static final Kind COUNT = wholeNumber(1, Integer.MAX_VALUE);
  private static final Kind MILLIS = wholeNumber(0, Integer.MAX_VALUE);

  /** Years of four digits, as the page shows them. */
  private static final Kind MOMENT =
      moment(Instant.parse("1970-01-01T00:00:00Z"), Instant.parse("9999-12-31T23:59:59Z"));

  static final ResultsShape MEASUREMENT =
      new ResultsShape(Stream.concat(Stream.of(new Rule("", OBJECT)), measurement("")));

  /** A rule comes after the rules of the parts that enclose its place. */
  static final ResultsShape RESULTS =
      new ResultsShape(
          Stream.concat(
              Stream.of(
                  new Rule("", OBJECT),
                  new Rule("format", wholeNumber(Results.FORMAT, Results.FORMAT)),
                  new Rule("started", MOMENT),
                  new Rule("seconds", MILLIS),
                  new Rule("command", TEXT),
                  new Rule("commit", TEXT),
                  new Rule("machine", OBJECT),
                  new Rule("machine.processor", TEXT),
                  new Rule("machine.cores", wholeNumber(1, 1_000_000)),
                  new Rule("machine.memoryBytes", wholeNumber(0, (long) MOST)),
                  new Rule("machine.system", TEXT),
                  new Rule("machine.jdk", TEXT),
                  new Rule("machine.load", number(-1_000_000, 1_000_000)),
                  new Rule("jvmFlags", LIST),
                  new Rule("jvmFlags.[]", TEXT),
                  new Rule("versions", OBJECT),
                  new Rule("versions.*", TEXT),
                  new Rule("absent", OBJECT),
                  new Rule("absent.*", TEXT),
                  new Rule("plannedRuns", MILLIS),
                  new Rule("outcomes", LIST),
                  new Rule("outcomes.[]", OBJECT),
                  new Rule("outcomes.[].scenario", TEXT),
                  new Rule("outcomes.[].job", OBJECT),
                  new Rule("outcomes.[].job.size", COUNT),
                  new Rule("outcomes.[].job.warmUpMillis", MILLIS),
                  new Rule("outcomes.[].job.measureMillis", MILLIS),
                  new Rule("outcomes.[].subject", TEXT),
                  new Rule("outcomes.[].repetition", COUNT),
                  new Rule("outcomes.[].status", oneOf("MEASURED", "FAILED", "LEFT_OUT")),
                  new Rule("outcomes.[].measurement", OBJECT, "MEASURED"),
                  new Rule("outcomes.[].measurement", NULL, "FAILED", "LEFT_OUT"),
                  new Rule("outcomes.[].reason", NULL, "MEASURED"),
                  new Rule("outcomes.[].reason", TEXT, "FAILED", "LEFT_OUT")),
              measurement("outcomes.[].measurement.")));

  private final List<Rule> rules;

  private ResultsShape(Stream<Rule> rules) {
    this.rules = rules.toList();
  }

  private static Stream<Rule> measurement(String place) {
    return Stream.of(
        new Rule(place + "figures?", OBJECT),
        new Rule(place + "figures?.*", number(-MOST, MOST)),
        new Rule(place + "lateness?", LIST),
        new Rule(place + "lateness?.[]", PAIR),
        new Rule(place + "lateness?.[].[0]", number(0, 100)),
        new Rule(place + "lateness?.[].[1]", wholeNumber(0, (long) MOST)));
  }

  /** The message is for users: place, rule and value. */
  static final class MisshapenException extends Exception {
    private static final long serialVersionUID = 1L;

    private MisshapenException(String place, String rule, String value) {
      super((place.isEmpty() ? "the whole" : place) + " must be " + rule + ": " + value);
    }
  }

  /**
   * Checks a value and everything in it.
   *
   * @throws MisshapenException for the first part that breaks a rule
   */
  void check(JsonNode root) throws MisshapenException {
    for (Rule rule : rules) {
      rule.check("", root, null, 0);
    }
    requireDifferent(root.path("outcomes"));
  }

  private static void requireDifferent(JsonNode outcomes) throws MisshapenException {
    Set<List<JsonNode>> seen = new HashSet<>();
    for (int index = 0; index < outcomes.size(); index++) {
      JsonNode outcome = outcomes.get(index);
      List<JsonNode> key =
          Stream.of("scenario", "job", "subject", "repetition").map(outcome::path).toList();
      if (!seen.add(key)) {
        throw new MisshapenException("outcomes[" + index + "]", "there once", key.toString());
      }
    }
  }

  /** What a single value must be, in words and as a test. */
  private record Kind(String words, Predicate<JsonNode> holds) {}

  /**
   * What the values in a place must be.
   *
   * @param steps names of parts; {@code []} is every element of a list, {@code *} every part of an
   *     object, and a part whose name ends in a question mark may be absent
   * @param statuses the rule holds in outcomes with these statuses; always if there are none
   */
  private record Rule(List<String> steps, Kind kind, Set<String> statuses) {
    Rule(String place, Kind kind, String... statuses) {
      this(place.isEmpty() ? List.of() : List.of(place.split("\\.", -1)), kind, Set.of(statuses));
    }

    void check(String place, @Nullable JsonNode value, @Nullable JsonNode parent, int depth)
        throws MisshapenException {
      if (depth == steps.size()) {
        checkHere(place, value, parent);
      } else if (value != null && !value.isNull()) {
        checkParts(place, value, depth);
      }
    }

    private void checkParts(String place, JsonNode value, int depth) throws MisshapenException {
      String step = steps.get(depth);
      if (step.equals("*")) {
        for (Map.Entry<String, JsonNode> part : value.properties()) {
          check(join(place, part.getKey()), part.getValue(), value, depth + 1);
        }
      } else if (step.equals("[]")) {
        for (int index = 0; index < value.size(); index++) {
          check(place + "[" + index + "]", value.get(index), value, depth + 1);
        }
      } else if (step.startsWith("[")) {
        int index = Integer.parseInt(step.substring(1, step.length() - 1));
        check(place + step, value.get(index), value, depth + 1);
      } else if (!step.endsWith("?")) {
        check(join(place, step), value.get(step), value, depth + 1);
      } else if (value.has(step.substring(0, step.length() - 1))) {
        String name = step.substring(0, step.length() - 1);
        check(join(place, name), value.get(name), value, depth + 1);
      }
    }

    private static String join(String place, String name) {
      return place.isEmpty() ? name : place + "." + name;
    }

    private void checkHere(String place, @Nullable JsonNode value, @Nullable JsonNode parent)
        throws MisshapenException {
      boolean applies =
          statuses.isEmpty()
              || (parent != null && statuses.contains(parent.path("status").stringValue("")));
      boolean holds = value == null ? kind.equals(NULL) : kind.holds.test(value);
      if (applies && !holds) {
        String shown = value == null || value.isMissingNode() ? "nothing" : value.toString();
        throw new MisshapenException(
            place,
            kind.words,
            shown.length() <= MOST_SHOWN ? shown : shown.substring(0, MOST_SHOWN) + "...");
      }
    }
  }

  private static Kind oneOf(String... names) {
    List<String> known = List.of(names);
    return new Kind(
        "one of " + known, value -> value.isString() && known.contains(value.stringValue()));
  }

  private static Kind wholeNumber(long least, long most) {
    return new Kind(
        least == most ? Long.toString(least) : "a whole number from " + least + " to " + most,
        value ->
            value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= least
                && value.longValue() <= most);
  }

  private static Kind number(double least, double most) {
    return new Kind(
        "a number from " + least + " to " + most,
        value -> value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most);
  }

  private static Kind moment(Instant least, Instant most) {
    return new Kind(
        "a moment from " + least + " to " + most,
        value -> {
          try {
            Instant moment = Instant.parse(value.stringValue(""));
            return !moment.isBefore(least) && !moment.isAfter(most);
          } catch (DateTimeException wrong) {
            return false;
          }
        });
  }
}
