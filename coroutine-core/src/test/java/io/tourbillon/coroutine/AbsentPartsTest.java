package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * If a part of the JDK that we use and that is not public is absent, as it may be in another
 * version: what needs it says so, and names it and what to do; and all else works.
 */
@Timeout(170)
class AbsentPartsTest {
  private static final String ENGINES = "io.tourbillon.coroutine.internal.engine.";
  private static final String CARRIERS = ENGINES + "Carriers";
  private static final String VIRTUAL_THREADS = ENGINES + "VirtualThreadEngine";
  private static final String LOCALS = ENGINES + "ThreadLocalMaps";
  private static final String SLOT = ENGINES + "ThreadLocalMaps$Slot";
  private static final String CONTINUATIONS = ENGINES + "ContinuationStrand";

  private static final String[] EXPORTED = {
    "--add-exports", "java.base/jdk.internal.vm=ALL-UNNAMED"
  };

  /** A line of {@link AbsentPartsProgram}. */
  private record Found(
      String inClass,
      String part,
      String virtual,
      String continuation,
      String locals,
      String chosen,
      String logged) {

    static Found of(String line) {
      String[] parts = line.split("[|]", -1);
      return new Found(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
    }
  }

  private static List<Found> run(FreshJvm jvm, List<String> classesAndParts) throws Exception {
    return jvm.within(Duration.ofMinutes(2))
        .run(classesAndParts.toArray(String[]::new))
        .lines()
        .map(Found::of)
        .toList();
  }

  private static List<String> each(String inClass) throws Exception {
    List<String> all = new ArrayList<>();
    for (String part : RenamedParts.partsOf(inClass)) {
      all.addAll(List.of(inClass, part));
    }
    return all;
  }

  @Test
  @Tag("virtual-thread")
  void engine_aPartOfWhichIsAbsent_saysWhich_andOthersWork() throws Exception {
    check(List.of("", "", CARRIERS, "scheduler", LOCALS, "threadLocals", CONTINUATIONS, "yield"));
  }

  @Test
  @Tag("virtual-thread")
  @Tag("long")
  void engine_anyPartOfWhichIsAbsent_saysWhich_andOthersWork() throws Exception {
    List<String> all = new ArrayList<>(List.of("", ""));
    for (String name : List.of(CARRIERS, VIRTUAL_THREADS, LOCALS, CONTINUATIONS)) {
      List<String> parts = each(name);
      assertTrue(!parts.isEmpty(), name);
      all.addAll(parts);
    }
    assertTrue(all.size() >= 2 * 12, all::toString);
    check(all);
  }

  private static void check(List<String> classesAndParts) throws Exception {
    for (Found found :
        run(new FreshJvm(AbsentPartsProgram.class).with(EXPORTED), classesAndParts)) {
      boolean needsVirtual = Set.of(CARRIERS, VIRTUAL_THREADS).contains(found.inClass);
      boolean needsContinuation = found.inClass.equals(CONTINUATIONS);
      assertEquals(needsVirtual ? "PLAIN_THREAD" : "VIRTUAL_THREAD", found.chosen, found::toString);
      checkObstacle(found, Engine.VIRTUAL_THREAD, found.virtual, needsVirtual);
      checkObstacle(found, Engine.CONTINUATION, found.continuation, needsContinuation);
      assertEquals(needsVirtual, found.logged.contains(ABSENT), found::toString);
      if (found.locals.equals("shared")) {
        assertTrue(found.logged.contains("share thread-locals"), found::toString);
        assertTrue(found.logged.contains("class Thread must have the fields"), found::toString);
      }
    }
  }

  private static final String ABSENT = RenamedParts.ABSENT;

  private static void checkObstacle(Found found, Engine engine, String obstacle, boolean isThere) {
    if (isThere) {
      String rule = engine + " needs parts of the JDK that version ";
      assertTrue(obstacle.startsWith(rule), found::toString);
      assertTrue(
          obstacle.contains(" so use JDK 25, PLAIN_THREAD, or, for turns, HANDOFF: "),
          found::toString);
      String absentClass = found.part.replace('.', '/');
      assertTrue(
          obstacle.contains(found.part + ABSENT) || obstacle.contains(absentClass),
          found::toString);
    } else {
      assertEquals("", obstacle, found::toString);
    }
  }

  @Test
  @Tag("continuation")
  void threadLocals_withoutTheFlagAndAPartOfUnsafe_areShared_andTheLogNamesTheFlag()
      throws Exception {
    List<String> parts = new ArrayList<>(List.of("", ""));
    for (String part :
        List.of("sun.misc.Unsafe", "theUnsafe", "objectFieldOffset", "getObject", "putObject")) {
      assertTrue(RenamedParts.partsOf(SLOT).contains(part), part);
      parts.addAll(List.of(SLOT, part));
    }
    for (Found found : run(new FreshJvm(AbsentPartsProgram.class), parts)) {
      assertEquals("", found.continuation, found::toString);
      assertEquals("PLAIN_THREAD", found.chosen, found::toString);
      String flag = Engine.VIRTUAL_THREAD.flag();
      assertEquals("VIRTUAL_THREAD needs the flag " + flag, found.virtual, found::toString);
      if (found.inClass.isEmpty()) {
        assertEquals("own", found.locals, found::toString);
      } else {
        assertEquals("shared", found.locals, found::toString);
        assertTrue(found.logged.contains("share thread-locals"), found::toString);
        assertTrue(found.logged.contains("CONTINUATION needs the flag " + flag), found::toString);
      }
    }
  }

  @Test
  @Tag("virtual-thread")
  void runtimeWithoutTheModuleOfSignals_runsCoroutines_andSaysWhatSignalsNeed() throws Exception {
    List<String> said =
        new FreshJvm(AbsentSignalsProgram.class)
            .with("--limit-modules", "java.base,java.logging,java.management")
            .run()
            .lines()
            .toList();
    assertEquals(
        List.of(
            "signals need the module jdk.unsupported, which this runtime does not have: make its"
                + " image with that module",
            "VIRTUAL_THREAD"),
        said);
  }

  /** Whoever looks up one more part adds it to these tests. */
  @Test
  @Tag("virtual-thread")
  void classesThatUseParts_areThoseThatAreTested() throws Exception {
    Path root =
        Path.of(
            CoroutineScheduler.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> users = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        ClassModel model = parsed(file);
        if (usesParts(model)) {
          users.add(model.thisClass().asInternalName().replace('/', '.'));
        }
      }
    }
    // Those of signals are linked to a class of jdk.unsupported.
    users.removeIf(name -> name.startsWith("io.tourbillon.coroutine.bridge.OsSignals"));
    // BlockHound ignores classes that are absent.
    users.removeIf(name -> name.startsWith("io.tourbillon.coroutine.internal.blockhound."));
    assertEquals(
        new TreeSet<>(Set.of(CARRIERS, VIRTUAL_THREADS, LOCALS, SLOT, CONTINUATIONS)), users);
  }

  private static ClassModel parsed(Path file) throws IOException {
    return ClassFile.of().parse(file);
  }

  private static boolean usesParts(ClassModel model) {
    return StreamSupport.stream(model.constantPool().spliterator(), false)
        .anyMatch(
            entry ->
                (entry instanceof ClassEntry type
                        && type.asInternalName().matches("(jdk/internal|sun)/.*"))
                    || (entry instanceof StringEntry text
                        && text.stringValue()
                            .matches("(java\\.lang\\.[A-Z]|jdk\\.internal|sun\\.)[\\w.$]+")));
  }
}
