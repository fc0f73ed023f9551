package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Timer;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first use of an operation initialises and links nothing: see {@link FirstUse}. */
class FirstUseTest {
  private static final Pattern INITIALISED =
      Pattern.compile("Initializing '([^']+)'.* by thread \"([^\"]+)\"");

  private static final Pattern EXPENSIVE =
      Pattern.compile("java/util/logging/(LogManager$|.*Formatter)|java/time/|java/util/Formatter");

  /** Classes that this program itself needs, or that the JDK may initialise at any time. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "io/tourbillon/timer/FirstUseRun$1", // Its switch.
          "io/tourbillon/timer/FirstUseRun$Operation");

  @Test
  @Timeout(90)
  void operations_afterTheBuild_initialiseNoClass(@TempDir Path folder) throws Exception {
    List<String> said =
        ChildJvm.run(
            folder,
            FirstUseRun.class,
            List.of(Timer.class),
            List.of("-Xlog:class+init=info"),
            List.of());
    List<String> late = new ArrayList<>();
    for (Initialised found : initialisedLate(said)) {
      if (!found.thread.equals("tourbillon-logging") && !OF_OTHERS.contains(found.type)) {
        late.add(found.toString());
      }
    }
    assertEquals(List.of(), late);
  }

  private record Initialised(String type, String thread) {}

  private static List<Initialised> initialisedLate(List<String> said) {
    List<Initialised> late = new ArrayList<>();
    for (String line :
        said.subList(said.indexOf(FirstUseRun.BUILT), said.indexOf(FirstUseRun.USED))) {
      Matcher found = INITIALISED.matcher(line);
      if (found.find()) {
        late.add(new Initialised(found.group(1), found.group(2)));
      }
    }
    return late;
  }

  /**
   * If the driver had to set up logging and date formats, it would take some hundred milliseconds.
   */
  @Test
  @Timeout(90)
  void firstFailure_sometimeAfterTheBuild_findsLoggingSetUp(@TempDir Path folder) throws Exception {
    List<String> said = ChildJvm.run(folder, FirstFailureRun.class, "-Xlog:class+init=info");
    assertTrue(said.stream().anyMatch(line -> line.contains("the first failure")), said.toString());
    List<String> late = new ArrayList<>();
    for (Initialised found : initialisedLate(said)) {
      if (found.thread.startsWith("tourbillon-timer-")
          && EXPENSIVE.matcher(found.type).lookingAt()) {
        late.add(found.type);
      }
    }
    assertEquals(List.of(), late);
  }

  @Test
  @Timeout(90)
  void operations_firstTriedOnAFullStack_workLater(@TempDir Path folder) throws Exception {
    checkOnAFullStack("-Xint", folder);
  }

  @Test
  @Tag("long")
  @Timeout(90)
  void operations_firstTriedOnAFullStack_compiled_workLater(@TempDir Path folder) throws Exception {
    checkOnAFullStack("-Xmixed", folder);
  }

  private static void checkOnAFullStack(String mode, Path folder) throws Exception {
    List<String> said =
        ChildJvm.run(
            folder, FirstUseRun.class, List.of(Timer.class), List.of(mode), List.of("deep"));
    assertEquals(List.of(FirstUseRun.BUILT, FirstUseRun.USED, "ok"), said);
  }

  /** A first use cannot reach the code that handles errors, so this code must need no linking. */
  @Test
  void code_onTheWayOfAnOperation_hasNothingToLink() throws Exception {
    Path root =
        Path.of(TimerService.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(file);
        if (!isOffTheWay(model)) {
          for (MethodModel method : model.methods()) {
            if (linksSomething(method) && !isCalledByNone(method)) {
              found.add(model.thisClass().asInternalName() + "." + method.methodName());
            }
          }
        }
      }
    }
    assertEquals(List.of(), found);
    assertTrue(Files.exists(root.resolve("io/tourbillon/timer/FirstUse.class")), root.toString());
  }

  /**
   * A clock for tests, and an event class that a separate thread uses after a recording has begun.
   */
  private static boolean isOffTheWay(ClassModel model) {
    String name = model.thisClass().asInternalName();
    return name.startsWith("io/tourbillon/timer/VirtualClock")
        || name.startsWith("io/tourbillon/timer/internal/blockhound/")
        || name.startsWith("io/tourbillon/timer/internal/store/")
        || name.startsWith("io/tourbillon/timer/internal/writer/")
        || name.startsWith("io/tourbillon/timer/durable/")
        || name.endsWith("/StallEvent");
  }

  private static boolean linksSomething(MethodModel method) {
    return method.code().map(FirstUseTest::linksSomething).orElse(false);
  }

  private static boolean linksSomething(CodeModel code) {
    return code.elementStream().anyMatch(InvokeDynamicInstruction.class::isInstance);
  }

  /** Methods that no operation calls: those that the compiler generates for records, and checks. */
  private static boolean isCalledByNone(MethodModel method) {
    return Set.of("toString", "hashCode", "equals", "checkInvariants")
        .contains(method.methodName().stringValue());
  }
}
