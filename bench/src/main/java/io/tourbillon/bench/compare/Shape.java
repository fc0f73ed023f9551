package io.tourbillon.bench.compare;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a value of JSON must be: a small schema. A whole file is checked by the shape of its root
 * before anything is made of it, so that the code after it needs no checks of its own.
 */
@FunctionalInterface
interface Shape {
  /** Longer values are cut in messages. */
  int MOST_SHOWN = 60;

  /**
   * Checks a value and all within it.
   *
   * @param place where it is, as in {@code outcomes[3].job.size}; empty for the root
   * @param value null if there is none
   * @throws MisshapenException for the first that is not as it must be
   */
  void check(String place, @Nullable JsonNode value) throws MisshapenException;

  /** The message is for users: place, rule and value. */
  final class MisshapenException extends Exception {
    private static final long serialVersionUID = 1L;

    private MisshapenException(String place, String rule, String value) {
      super((place.isEmpty() ? "the whole" : place) + " must be " + rule + ": " + value);
    }
  }

  /** A rule about single values. */
  private static Shape of(String rule, Predicate<JsonNode> holds) {
    return (place, value) -> {
      if (value == null || !holds.test(value)) {
        throw broken(place, rule, value);
      }
    };
  }

  private static MisshapenException broken(String place, String rule, @Nullable JsonNode value) {
    String shown = value == null || value.isMissingNode() ? "nothing" : value.toString();
    return new MisshapenException(
        place, rule, shown.length() <= MOST_SHOWN ? shown : shown.substring(0, MOST_SHOWN) + "...");
  }

  static Shape text() {
    return of("text", JsonNode::isString);
  }

  static Shape oneOf(Object... names) {
    List<String> known = Arrays.stream(names).map(Object::toString).toList();
    return of("one of " + known, value -> value.isString() && known.contains(value.stringValue()));
  }

  /** Null, or not there at all. */
  static Shape nothing() {
    Shape nothing = of("null", JsonNode::isNull);
    return nothing.orAbsent();
  }

  static Shape wholeNumber(long least, long most) {
    return of(
        least == most ? Long.toString(least) : "a whole number from " + least + " to " + most,
        value ->
            value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= least
                && value.longValue() <= most);
  }

  static Shape number(double least, double most) {
    return of(
        "a number from " + least + " to " + most,
        value -> value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most);
  }

  /** A moment in UTC. */
  static Shape moment(Instant least, Instant most) {
    return of(
        "a moment from " + least + " to " + most,
        value -> {
          if (!value.isString()) {
            return false;
          }
          try {
            Instant moment = Instant.parse(value.stringValue());
            return !moment.isBefore(least) && !moment.isAfter(most);
          } catch (DateTimeException wrong) {
            return false;
          }
        });
  }

  static Shape listOf(Shape each) {
    Shape list = of("a list", JsonNode::isArray);
    return (place, value) -> {
      list.check(place, value);
      int index = 0;
      for (JsonNode element : elements(value)) {
        each.check(place + "[" + index + "]", element);
        index++;
      }
    };
  }

  static Shape pairOf(Shape first, Shape second) {
    Shape pair = of("a pair", value -> value.isArray() && value.size() == 2);
    return (place, value) -> {
      pair.check(place, value);
      List<JsonNode> both = List.copyOf(elements(value));
      first.check(place + "[0]", both.getFirst());
      second.check(place + "[1]", both.getLast());
    };
  }

  /** Values by any names. */
  static Shape mapOf(Shape each) {
    Shape map = of("an object", JsonNode::isObject);
    return (place, value) -> {
      map.check(place, value);
      for (Map.Entry<String, JsonNode> entry : properties(value)) {
        each.check(join(place, entry.getKey()), entry.getValue());
      }
    };
  }

  private static Collection<JsonNode> elements(@Nullable JsonNode value) {
    return value == null ? List.of() : value.values();
  }

  private static Set<Map.Entry<String, JsonNode>> properties(@Nullable JsonNode value) {
    return value == null ? Set.of() : value.properties();
  }

  private static String join(String place, String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  /** As this, or not there at all. */
  default Shape orAbsent() {
    return (place, value) -> {
      if (value != null) {
        check(place, value);
      }
    };
  }

  /** An object with named parts. Others may be there, as of a later version; they are not read. */
  final class Parts implements Shape {
    private static final Shape OBJECT = of("an object", JsonNode::isObject);

    private final Map<String, Shape> parts = new LinkedHashMap<>();

    Parts with(String name, Shape shape) {
      parts.put(name, shape);
      return this;
    }

    @Override
    public void check(String place, @Nullable JsonNode value) throws MisshapenException {
      OBJECT.check(place, value);
      for (Map.Entry<String, Shape> part : parts.entrySet()) {
        part.getValue()
            .check(join(place, part.getKey()), value == null ? null : value.get(part.getKey()));
      }
    }
  }

  /** As this, with a part that must have another shape where a part of text has a given value. */
  default Shape where(String name, String text, String part, Shape shape) {
    return (place, value) -> {
      check(place, value);
      if (value != null && text.equals(value.path(name).stringValue(""))) {
        shape.check(join(place, part), value.get(part));
      }
    };
  }

  /** As this list, in which no two elements may agree in all of some parts. */
  default Shape withoutTwoOfTheSame(String... names) {
    return (place, value) -> {
      check(place, value);
      Set<List<JsonNode>> seen = new HashSet<>();
      int index = 0;
      for (JsonNode element : elements(value)) {
        List<JsonNode> key = Arrays.stream(names).map(element::path).toList();
        if (!seen.add(key)) {
          throw new MisshapenException(place + "[" + index + "]", "there once", key.toString());
        }
        index++;
      }
    };
  }
}
