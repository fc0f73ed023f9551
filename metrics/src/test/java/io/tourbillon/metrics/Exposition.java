package io.tourbillon.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict parser of Prometheus' text format 0.0.4 and of OpenMetrics 1.0.0, written from their
 * specifications and not from a writer of them. What the specifications permit and no exporter
 * needs, such as timestamps and spaces between tokens, counts as a fault.
 */
final class Exposition {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");

  private static final Pattern VALUE =
      Pattern.compile("NaN|[+-]Inf|[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?");

  private static final Set<String> TEXT_TYPES =
      Set.of("counter", "gauge", "histogram", "summary", "untyped");

  private static final Set<String> OPEN_TYPES =
      Set.of("counter", "gauge", "histogram", "summary", "unknown", "info", "stateset");

  private final boolean open;
  private final List<Sample> samples = new ArrayList<>();
  private final Set<String> series = new HashSet<>();
  private final Map<String, String> types = new LinkedHashMap<>();
  private final Set<String> ended = new HashSet<>();
  private String family = "";

  private Exposition(boolean open) {
    this.open = open;
  }

  /** A value with its name and labels. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** Thrown for a text that is not in the format. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Malformed(String rule, String line) {
      super(rule + ": " + line);
    }
  }

  /**
   * Parses a text.
   *
   * @param open whether it is OpenMetrics
   */
  static List<Sample> parse(String text, boolean open) {
    return new Exposition(open).parsed(text);
  }

  private List<Sample> parsed(String text) {
    require(text.isEmpty() || text.endsWith("\n"), "the last line must end", "");
    List<String> lines = List.of(text.split("\n", -1));
    for (int index = 0; index < lines.size() - 1; index++) {
      String line = lines.get(index);
      if (open && index == lines.size() - 2) {
        require(line.equals("# EOF"), "the last line must be # EOF", line);
      } else if (line.startsWith("#")) {
        comment(line);
      } else {
        sample(line);
      }
    }
    histograms();
    return samples;
  }

  private static void require(boolean holds, String rule, String line) {
    if (!holds) {
      throw new Malformed(rule, line);
    }
  }

  private void comment(String line) {
    String[] parts = line.split(" ", 4);
    require(parts.length >= 3 && parts[0].equals("#"), "a comment must have a name", line);
    require(NAME.matcher(parts[2]).matches(), "a name must be one", line);
    String last = parts.length < 4 ? "" : parts[3];
    begin(parts[2], line);
    switch (parts[1]) {
      case "TYPE" -> {
        require((open ? OPEN_TYPES : TEXT_TYPES).contains(last), "a type must be one", line);
        require(types.putIfAbsent(parts[2], last) == null, "a type must come once", line);
      }
      case "HELP" -> {
        String _ = unescaped(last, !open, line);
      }
      case "UNIT" -> require(open && parts[2].endsWith("_" + last), "a unit ends a name", line);
      default -> throw new Malformed("a comment must be known", line);
    }
  }

  /** The lines of a family stand together. */
  private void begin(String name, String line) {
    if (!name.equals(family)) {
      require(!ended.contains(name), "a family must stand together", line);
      ended.add(family);
      family = name;
    }
  }

  private void sample(String line) {
    int end = 0;
    while (end < line.length() && line.charAt(end) != '{' && line.charAt(end) != ' ') {
      end++;
    }
    String name = line.substring(0, end);
    require(NAME.matcher(name).matches(), "a name must be one", line);
    Map<String, String> labels = new TreeMap<>();
    int at = end;
    if (at < line.length() && line.charAt(at) == '{') {
      at = labels(line, at + 1, labels);
    }
    require(at < line.length() && line.charAt(at) == ' ', "a space precedes a value", line);
    String value = line.substring(at + 1);
    require(VALUE.matcher(value).matches(), "a value must be one number", line);
    begin(familyOf(name), line);
    require(series.add(name + labels), "a series must come once", line);
    samples.add(new Sample(name, labels, number(value)));
  }

  private String familyOf(String name) {
    for (String suffix : List.of("_total", "_bucket", "_count", "_sum", "_created", "_info")) {
      String prefix = name.substring(0, name.length() - Math.min(name.length(), suffix.length()));
      if (name.endsWith(suffix) && types.containsKey(prefix) && !types.containsKey(name)) {
        return prefix;
      }
    }
    require(types.containsKey(name), "a type precedes the samples", name);
    return name;
  }

  /** Reads labels to the closing brace, and returns the place behind it. */
  private static int labels(String line, int from, Map<String, String> labels) {
    int at = from;
    while (true) {
      int equals = line.indexOf("=\"", at);
      require(equals > 0, "a label must have a value", line);
      String name = line.substring(at, equals);
      require(LABEL.matcher(name).matches(), "a label must have a name", line);
      int close = equals + 2;
      while (close < line.length() && line.charAt(close) != '"') {
        close += line.charAt(close) == '\\' ? 2 : 1;
      }
      require(close < line.length(), "a quote must be closed", line);
      String value = unescaped(line.substring(equals + 2, close), true, line);
      require(labels.put(name, value) == null, "a label must come once", line);
      at = close + 1;
      require(at < line.length(), "labels must be closed", line);
      if (line.charAt(at) == '}') {
        return at + 1;
      }
      require(line.charAt(at) == ',', "a comma stands between labels", line);
      at++;
      if (line.charAt(at) == '}') {
        return at + 1; // The formats permit a comma behind the last label.
      }
    }
  }

  private static String unescaped(String text, boolean quotesToo, String line) {
    StringBuilder plain = new StringBuilder();
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (character == '\\') {
        index++;
        require(index < text.length(), "an escape must be whole", line);
        switch (text.charAt(index)) {
          case 'n' -> plain.append('\n');
          case '\\' -> plain.append('\\');
          case '"' -> {
            require(quotesToo || line.startsWith("#"), "an escape must be known", line);
            plain.append('"');
          }
          default -> throw new Malformed("an escape must be known", line);
        }
      } else {
        plain.append(character);
      }
    }
    return plain.toString();
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** The buckets of a histogram rise, and the last one has all. */
  private void histograms() {
    Map<String, List<Sample>> buckets = new LinkedHashMap<>();
    for (Sample sample : samples) {
      if (sample.labels().containsKey("le") && sample.name().endsWith("_bucket")) {
        Map<String, String> others = new TreeMap<>(sample.labels());
        others.remove("le");
        buckets.computeIfAbsent(sample.name() + others, _ -> new ArrayList<>()).add(sample);
      }
    }
    buckets.forEach(
        (name, each) -> {
          double bound = Double.NEGATIVE_INFINITY;
          double count = 0;
          for (Sample bucket : each) {
            double next = number(bucket.labels().get("le"));
            require(next > bound && bucket.value() >= count, "buckets must rise", name);
            bound = next;
            count = bucket.value();
          }
          require(bound == Double.POSITIVE_INFINITY, "the last bucket must be +Inf", name);
        });
  }

  /** Finds the one sample of a name that has these labels among its own. */
  static Sample one(List<Sample> samples, String name, Map<String, String> labels) {
    List<Sample> found =
        samples.stream()
            .filter(sample -> sample.name().equals(name))
            .filter(sample -> sample.labels().entrySet().containsAll(labels.entrySet()))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(name + labels + " is there " + found.size() + " times");
    }
    return found.getFirst();
  }

  /** For the fault that a text has one line too many of, in tests of this parser. */
  static String doubled(String text) {
    Matcher line = Pattern.compile("(?m)^[a-z].*\n").matcher(text);
    return line.find() ? text.replace(line.group(), line.group() + line.group()) : text;
  }
}
