package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The metadata for native images names what the libraries look up by reflection, and nothing that
 * does not exist. No image is built here.
 */
class NativeImageMetadataTest {
  private static final Path ROOT = Path.of("..");
  private static final String FILE = "reachability-metadata.json";

  /**
   * What each class looks up, written as the metadata writes it: {@code type} or {@code
   * type#member}. The number of the calls that do it is checked, so a further one is noticed.
   */
  private static final Map<String, Lookup> KNOWN =
      Map.ofEntries(
          own("io.tourbillon.timer.ScheduledTimer", "phase"),
          new Known("io.tourbillon.timer.Shard")
              .calls(1)
              .of("io.tourbillon.timer.Shard#begunOnce", "io.tourbillon.timer.Shard#begunPeriodic"),
          own("io.tourbillon.timer.Waker", "plan"),
          own("io.tourbillon.timer.internal.Confinement", "owner"),
          own("io.tourbillon.timer.internal.LateText", "text"),
          own("io.tourbillon.timer.internal.SpinningLock", "held"),
          // A proxy of an interface that stands in the code, which needs no entry.
          new Known("io.tourbillon.timer.internal.store.FiringConnection").calls(1).of(),
          own("io.tourbillon.timer.internal.watchdog.Watchdog", "serial"),
          new Known("io.tourbillon.timer.netty.CancelNotice")
              .calls(1)
              .of("io.netty.util.TimerTask#cancelled(io.netty.util.Timeout)"),
          new Known("io.tourbillon.coroutine.Implementation")
              .calls(2)
              .of("io.tourbillon.coroutine.internal.scheduler.SchedulerKernel#<init>()"),
          own("io.tourbillon.coroutine.internal.loop.ArrivalRing", "slots", "tail"),
          own("io.tourbillon.coroutine.internal.loop.Mailbox", "rest"),
          own("io.tourbillon.coroutine.internal.loop.TurnGate", "word"),
          own("io.tourbillon.coroutine.internal.task.End", "held", "watchers"),
          own(
              "io.tourbillon.coroutine.internal.task.JoinableCoroutine",
              "cancellation",
              "end",
              "state"),
          own("io.tourbillon.coroutine.internal.task.Settlement", "outcome"),
          own("io.tourbillon.coroutine.internal.task.Subscription", "state"),
          new Known("io.tourbillon.coroutine.internal.engine.Scheduling")
              .calls(1)
              .of("sun.nio.ch.Poller"),
          new Known("io.tourbillon.coroutine.internal.engine.Carriers")
              .calls(7)
              .of(
                  "java.lang.Thread#nioBlocker()",
                  "java.lang.VirtualThread#carrierThread",
                  "java.lang.VirtualThread#scheduler",
                  "java.lang.ThreadBuilders$VirtualThreadBuilder#<init>(java.util.concurrent.Executor)",
                  "sun.nio.ch.Interruptible"),
          new Known("io.tourbillon.coroutine.internal.engine.ThreadLocalMaps$Slot")
              .calls(8)
              .of(
                  "java.lang.Thread#inheritableThreadLocals",
                  "java.lang.Thread#scopedValueBindings",
                  "java.lang.Thread#threadLocals",
                  "java.lang.ThreadLocal$ThreadLocalMap",
                  "sun.misc.Unsafe#theUnsafe",
                  "sun.misc.Unsafe#getObject(java.lang.Object,long)",
                  "sun.misc.Unsafe#objectFieldOffset(java.lang.reflect.Field)",
                  "sun.misc.Unsafe#putObject(java.lang.Object,long,java.lang.Object)"),
          // The class of a test, in the JVM that runs tests.
          new Known("io.tourbillon.junit.TourbillonExtension").calls(1).of(),
          new Known("io.tourbillon.metrics.ServerLibraries")
              .calls(3)
              .of(
                  "io.micrometer.prometheusmetrics.PrometheusMeterRegistry",
                  "org.eclipse.jetty.server.Server"),
          new Known("io.tourbillon.metrics.server.Asset").calls(2).of());

  private record Lookup(int calls, Set<String> found) {}

  private record Known(String caller, int calls) {
    Known(String caller) {
      this(caller, 0);
    }

    Known calls(int number) {
      return new Known(caller, number);
    }

    Map.Entry<String, Lookup> of(String... found) {
      return Map.entry(caller, new Lookup(calls, Set.of(found)));
    }
  }

  /** A class that looks up its own fields, each with one call. */
  private static Map.Entry<String, Lookup> own(String type, String... fields) {
    return new Known(type)
        .calls(fields.length)
        .of(Arrays.stream(fields).map(field -> type + "#" + field).toArray(String[]::new));
  }

  @Test
  void lookups_areThoseThatAreKnown() throws IOException {
    Map<String, Integer> calls = new TreeMap<>();
    for (String module : Published.modules()) {
      calls.putAll(LookupCalls.of(ROOT.resolve(module).resolve("target").resolve("classes")));
    }
    Map<String, Integer> known = new TreeMap<>();
    KNOWN.forEach((caller, lookup) -> known.put(caller, lookup.calls()));
    assertEquals(
        lines(known), lines(calls), "add what the class looks up to its metadata and here");
  }

  @Test
  void metadata_namesWhatIsLookedUp_andNothingElse() throws IOException {
    NavigableSet<String> known = new TreeSet<>();
    KNOWN.values().forEach(lookup -> known.addAll(lookup.found()));
    assertEquals(String.join("\n", known), String.join("\n", named()));
  }

  @Test
  void metadata_withoutAMember_isRefused() throws IOException {
    NavigableSet<String> named = named();
    named.remove("sun.nio.ch.Poller");
    Set<String> known = new HashSet<>();
    KNOWN.values().forEach(lookup -> known.addAll(lookup.found()));
    assertNotEquals(known, named);
  }

  @Test
  void metadata_namesOnlyWhatExists() throws Exception {
    for (Path file : files()) {
      JsonNode metadata = JsonMapper.shared().readTree(file);
      for (JsonNode entry : metadata.get("reflection")) {
        Class<?> type = type(entry.get("type").asString());
        if (entry.has("condition")) {
          assertNotNull(type(entry.get("condition").get("typeReached").asString()));
        }
        for (JsonNode field : entry.path("fields")) {
          assertNotNull(type.getDeclaredField(field.get("name").asString()));
        }
        for (JsonNode method : entry.path("methods")) {
          requireMethod(type, method);
        }
      }
      for (JsonNode resource : metadata.path("resources")) {
        requireResource(resource.get("glob").asString());
      }
    }
  }

  /** All files that the metrics module has beside its classes are read at run time. */
  @Test
  void metadata_namesEachFileOfTheServer() throws IOException {
    Path folder = Path.of("io", "tourbillon", "metrics");
    Path resources = ROOT.resolve("metrics").resolve("src").resolve("main").resolve("resources");
    NavigableSet<String> globs = new TreeSet<>();
    for (Path file : files()) {
      JsonMapper.shared()
          .readTree(file)
          .path("resources")
          .forEach(resource -> globs.add(resource.get("glob").asString()));
    }
    globs.removeIf(glob -> glob.contains("*"));
    try (Stream<Path> files = Files.walk(resources.resolve(folder))) {
      List<String> found =
          files
              .filter(Files::isRegularFile)
              .map(file -> resources.relativize(file).toString().replace('\\', '/'))
              .sorted()
              .toList();
      assertEquals(found, List.copyOf(globs));
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(name, false, NativeImageMetadataTest.class.getClassLoader());
  }

  private static void requireMethod(Class<?> type, JsonNode method) throws Exception {
    List<Class<?>> parameters = new ArrayList<>();
    for (JsonNode parameter : method.get("parameterTypes")) {
      String name = parameter.asString();
      parameters.add(name.equals("long") ? long.class : type(name));
    }
    Class<?>[] types = parameters.toArray(Class<?>[]::new);
    String name = method.get("name").asString();
    assertNotNull(
        name.equals("<init>")
            ? type.getDeclaredConstructor(types)
            : type.getDeclaredMethod(name, types));
  }

  /** The one glob with a {@code *} has it for a version. */
  private static void requireResource(String glob) throws IOException {
    String name = glob;
    if (glob.contains("*")) {
      Path location =
          Path.of("..", "metrics", "target", "classes", "io", "tourbillon", "metrics", "server")
              .resolve("chart-location.txt");
      name = Files.readString(location).strip();
      String pattern = glob.replace(".", "\\.").replace("*", "[^/]*");
      assertEquals(name, name.matches(pattern) ? name : pattern);
    }
    assertNotNull(NativeImageMetadataTest.class.getClassLoader().getResource(name), name);
  }

  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (String module : Published.modules()) {
      Path classes = ROOT.resolve(module).resolve("target").resolve("classes");
      Path file =
          classes
              .resolve(Path.of("META-INF", "native-image", "io.tourbillon"))
              .resolve(Published.artifactId(module))
              .resolve(FILE);
      if (Files.exists(file)) {
        files.add(file);
      }
    }
    return files;
  }

  private static NavigableSet<String> named() throws IOException {
    NavigableSet<String> named = new TreeSet<>();
    for (Path file : files()) {
      for (JsonNode entry : JsonMapper.shared().readTree(file).get("reflection")) {
        String type = entry.get("type").asString();
        if (!entry.has("fields") && !entry.has("methods")) {
          named.add(type);
        }
        entry.path("fields").forEach(field -> named.add(type + "#" + field.get("name").asString()));
        for (JsonNode method : entry.path("methods")) {
          List<String> parameters = new ArrayList<>();
          method.get("parameterTypes").forEach(each -> parameters.add(each.asString()));
          named.add(
              type
                  + "#"
                  + method.get("name").asString()
                  + "("
                  + String.join(",", parameters)
                  + ")");
        }
      }
    }
    return named;
  }

  private static String lines(Map<String, Integer> calls) {
    return String.join("\n", calls.entrySet().stream().map(Object::toString).toList());
  }
}
