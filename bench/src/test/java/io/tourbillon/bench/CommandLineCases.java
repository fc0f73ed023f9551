package io.tourbillon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Makes wrong arguments of commands. No case may begin a measurement or a demo: each has an
 * argument that is refused last, after all others.
 */
final class CommandLineCases {
  /** What no option of ours takes. */
  private static final List<String> JUNK =
      List.of(
          "",
          " ",
          "-",
          "--",
          "---",
          "-1",
          "+1",
          "1.5",
          "1e3",
          "0x10",
          "NaN",
          "null",
          "true",
          "\u0000",
          "a\u0000b",
          "\n",
          "\r\n\t",
          "\u001b[2J\u001b]0;x\u0007",
          "\u202e\u2066",
          "\u0661\u0662",
          "\ud800",
          "\ud83d\ude00",
          "'; exit",
          "$(id)",
          "%s%n%d",
          "${sys:user.home}",
          "2147483648",
          "-2147483649",
          "9223372036854775808",
          "99999999999999999999999999",
          "fire,,fire",
          ",",
          "@",
          "@@x",
          "@/dev/zero",
          "@/nonexistent",
          "--no-such-option",
          "--no-such-option=1",
          "--=",
          "=",
          "-h=1",
          "--help=maybe",
          "--version=x",
          "x".repeat(5_000));

  private static final List<String> NO_HEAPS =
      List.of("0", "-1g", "g", "8", "8t", "99999g", "99999999999g", "8gg", "", "1.5g");

  private static final List<String> HELP = List.of("--help", "-h", "--version", "-V", "--list");

  private final Random random;
  private final List<String> files;

  /**
   * Arguments of a command.
   *
   * @param named what a refusal must name
   */
  record Case(List<String> arguments, List<String> named) {
    /** Whether they ask for help, the version or a list, which succeeds; so do none at all. */
    boolean mayAskForHelp() {
      return arguments.equals(List.of("--")) || !Collections.disjoint(arguments, HELP);
    }
  }

  CommandLineCases(Random random, Path folder) throws IOException {
    this.random = random;
    files = files(folder);
  }

  /** Paths that cannot be read or written as a command would. */
  private static List<String> files(Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "no JSON");
    Path deep = folder.resolve("no/such/folder/file");
    return List.of(
        text.toString(),
        text.resolve("x").toString(),
        deep.toString(),
        folder.toString(),
        "/dev/null",
        "/proc/self/mem",
        "@" + text,
        "@" + folder);
  }

  static Path fileOfArguments(Path folder, String arguments) throws IOException {
    return Files.writeString(folder.resolve("arguments"), arguments);
  }

  Case next() {
    List<String> arguments =
        switch (random.nextInt(6)) {
          case 0 -> compare();
          case 1 -> demo();
          case 2 -> measure();
          case 3 -> page();
          case 4 -> jmh();
          default -> anything();
        };
    return new Case(arguments, List.of());
  }

  @SafeVarargs
  private String oneOf(List<String>... lists) {
    List<String> list = lists[random.nextInt(lists.length)];
    return list.get(random.nextInt(list.size()));
  }

  private String junk() {
    return oneOf(JUNK, JUNK, files);
  }

  /** Some of the options, in any order, with junk between them. */
  private List<String> mixed(String command, List<List<String>> options) {
    List<List<String>> chosen = new ArrayList<>();
    for (List<String> option : options) {
      for (int times = random.nextInt(5) == 0 ? 2 : random.nextInt(2); times > 0; times--) {
        chosen.add(option);
      }
    }
    if (random.nextInt(4) == 0) {
      chosen.add(List.of(junk()));
    }
    if (random.nextInt(40) == 0) {
      chosen.add(List.of(oneOf(HELP)));
    }
    Collections.shuffle(chosen, random);
    List<String> arguments = new ArrayList<>();
    arguments.add(command);
    chosen.forEach(arguments::addAll);
    return arguments;
  }

  private List<String> option(String name, String value) {
    return switch (random.nextInt(10)) {
      case 0 -> List.of(name);
      case 1, 2, 3 -> List.of(name + "=" + value);
      default -> List.of(name, value);
    };
  }

  /** A heap that this machine does not have is refused last. */
  private List<String> compare() {
    List<String> scenarios = List.of("fire", "idle", "fire,idle", "cancel-arm", "FIRE");
    List<String> arguments =
        mixed(
            "compare",
            List.of(
                option("--scenario", oneOf(JUNK, scenarios)),
                option("--subject", oneOf(JUNK, List.of("ours-ids", "netty", "ours-ids,netty"))),
                option("--size", oneOf(JUNK, List.of("1", "1000", "0", "50000001"))),
                option("--repeat", oneOf(JUNK, List.of("1", "0", "101"))),
                option("--output", oneOf(JUNK, files)),
                option("--against", oneOf(JUNK, files)),
                option("--quick", oneOf(JUNK)).subList(0, 1)));
    arguments.add("--heap=" + oneOf(NO_HEAPS));
    return arguments;
  }

  /** A port that does not exist is refused, and so are the seconds of the durable demo. */
  private List<String> demo() {
    List<String> numbers = List.of("0", "1", "50000001", "-5");
    List<String> arguments =
        mixed(
            "demo",
            List.of(
                option("--timers", oneOf(JUNK, numbers)),
                option("--coroutines", oneOf(JUNK, numbers)),
                option("--with-parent", oneOf(JUNK)).subList(0, 1)));
    boolean durable = random.nextInt(4) == 0;
    if (durable) {
      arguments.add(oneOf(List.of("--durable", "--durable=true", "--durable=x")));
    }
    arguments.add("--seconds=" + oneOf(List.of("0", "-1", "86401", "x", "")));
    arguments.add("--metrics-port=" + oneOf(List.of("65536", "-1", "x", "")));
    return arguments;
  }

  /** The last of its numbers is wrong; one more argument is refused as well. */
  private List<String> measure() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "measure",
                oneOf(JUNK, List.of("fire", "idle")),
                oneOf(JUNK, List.of("ours-ids", "netty")),
                oneOf(JUNK, List.of("0", "1", "-1")),
                oneOf(JUNK, List.of("0", "-1"))));
    if (random.nextInt(3) > 0) {
      arguments.add(oneOf(List.of("-1", "x", "", "2147483648", "1.0")));
    }
    if (random.nextInt(4) == 0) {
      arguments.add(random.nextInt(1, arguments.size()), "--no-such-option");
    }
    return arguments;
  }

  /** What it reads is never a file of results. */
  private List<String> page() {
    return mixed(
        "page",
        List.of(
            List.of(oneOf(JUNK, files)),
            option("--output", oneOf(JUNK, files)),
            List.of(oneOf(files))));
  }

  /**
   * Only what JMH refuses: other arguments would run benchmarks or print to the real output. Not
   * {@code --}, which our parser takes out.
   */
  private List<String> jmh() {
    List<String> flags =
        List.of(
            "-f", "-i", "-wi", "-r", "-w", "-t", "-bm", "-tu", "-to", "-foe", "-gc", "-tg", "-opi",
            "-bs", "-wbs", "-p", "-prof", "-rf", "-jvm", "-si", "-v", "-o", "-rff");
    while (true) {
      List<String> arguments = new ArrayList<>();
      for (int count = random.nextInt(1, 5); count > 0; count--) {
        arguments.add(oneOf(flags));
        arguments.add(junk());
      }
      if (!isTakenByJmh(arguments)) {
        arguments.addFirst("jmh");
        return arguments;
      }
    }
  }

  private static boolean isTakenByJmh(List<String> arguments) {
    if (!Collections.disjoint(arguments, Set.of("-h", "--help", "--"))) {
      return true;
    }
    try {
      var _ = new CommandLineOptions(arguments.toArray(String[]::new));
      return true;
    } catch (CommandLineOptionException | RuntimeException refused) {
      return false;
    }
  }

  private List<String> anything() {
    List<String> arguments = new ArrayList<>();
    arguments.add(oneOf(JUNK, files, List.of("Compare", "demos", "help", "jmh=", "pages")));
    for (int count = random.nextInt(4); count > 0; count--) {
      arguments.add(junk());
    }
    return arguments;
  }

  /** Commands with one wrong value each. */
  static List<Case> oneWrongValueEach(Path folder) throws IOException {
    String text = files(folder).getFirst();
    List<Case> cases = new ArrayList<>();
    one(cases, "--scenario", "fyre", "compare", "--scenario", "fyre");
    one(cases, "--subject", "nety", "compare", "--subject", "nety");
    one(cases, "--size", "1.5", "compare", "--scenario", "fire", "--size", "1.5");
    one(cases, "--size", "0", "compare", "--scenario", "fire", "--size", "0");
    one(cases, "--size", "50000001", "compare", "--scenario", "fire", "--size", "50000001");
    one(cases, "--repeat", "0", "compare", "--repeat", "0");
    one(cases, "--repeat", "99999999999", "compare", "--repeat", "99999999999");
    one(cases, "--heap", "8t", "compare", "--heap", "8t");
    one(cases, "--heap", "1m", "compare", "--heap", "1m");
    one(cases, "--output", text, "compare", "--output", text);
    one(cases, "--output", "a\\u0000b", "compare", "--output", "a\u0000b");
    one(cases, "--against", text, "compare", "--against", text);
    one(cases, "--against", folder.toString(), "compare", "--against", folder.toString());
    one(cases, "--seconds", "0", "demo", "--seconds", "0");
    one(cases, "--seconds", "x", "demo", "--seconds", "x");
    one(cases, "--seconds", "86401", "demo", "--seconds", "86401");
    one(cases, "--timers", "-1", "demo", "--timers=-1");
    one(cases, "--timers", "50000001", "demo", "--timers", "50000001");
    one(cases, "--coroutines", "10000001", "demo", "--coroutines", "10000001");
    one(cases, "--metrics-port", "65536", "demo", "--metrics-port", "65536");
    one(cases, "--durable", "perhaps", "demo", "--durable=perhaps", "--seconds", "0");
    one(cases, "SCENARIO", "fyre", "measure", "fyre", "ours-ids", "1", "0", "0");
    one(cases, "SUBJECT", "nety", "measure", "fire", "nety", "1", "0", "0");
    one(cases, "SIZE", "0", "measure", "fire", "ours-ids", "0", "0", "0");
    one(cases, "WARM-UP-MILLIS", "x", "measure", "fire", "ours-ids", "1", "x", "0");
    one(cases, "a file of results", text, "page", text);
    one(cases, "a file of results", "/no/file", "page", "/no/file");
    one(cases, "option f", "'x'", "jmh", "-f", "x");
    one(cases, "benchmark mode", "x", "jmh", "-bm", "x");
    one(cases, "-o", "/no/file", "jmh", "-l", "-o", "/no/file");
    return cases;
  }

  private static void one(List<Case> cases, String option, String value, String... arguments) {
    cases.add(new Case(List.of(arguments), List.of(option, value)));
  }
}
