package io.tourbillon.coroutine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Tags determine the engines that a test runs on; the build leaves out the others. Each test runs
 * on at least one engine, and no test is selected only to be skipped.
 */
@Tag("handoff") // The tests are the same on each engine, so they run once.
class EngineTagsTest {
  private static final Path POM = Path.of(System.getProperty("basedir", ""), "pom.xml");

  @Test
  void build_runsTheTestsOncePerEngine_withoutThoseOfOthers() throws Exception {
    for (Map.Entry<Engine, Set<String>> run : excludedTags().entrySet()) {
      Set<String> expected = new HashSet<>(Set.of("not-" + tagOf(run.getKey())));
      for (Engine other : EnumSet.complementOf(EnumSet.of(run.getKey()))) {
        expected.add(tagOf(other));
      }
      assertEquals(expected, run.getValue(), run.getKey().name());
    }
    assertEquals(EnumSet.allOf(Engine.class), excludedTags().keySet());
  }

  @Test
  void tests_eachRunForOneEngineAtLeast() throws Exception {
    List<Method> tests = tests();
    assertTrue(tests.size() > 500, () -> tests.size() + " tests");
    Map<Engine, Set<String>> excluded = excludedTags();
    for (Method test : tests) {
      assertFalse(enginesOf(tagsOf(test), excluded).isEmpty(), test::toString);
    }
  }

  /** A twin that must be caught: two tags that exclude each other's engines. */
  @Test
  void testOfTwoEngines_wouldBeLost() throws Exception {
    Map<Engine, Set<String>> excluded = excludedTags();
    assertEquals(EnumSet.allOf(Engine.class), enginesOf(Set.of(), excluded));
    assertEquals(EnumSet.of(Engine.HANDOFF), enginesOf(Set.of("handoff"), excluded));
    assertEquals(
        EnumSet.of(Engine.VIRTUAL_THREAD),
        enginesOf(Set.of("virtual-thread", "not-handoff"), excluded));
    assertEquals(Set.of(), enginesOf(Set.of("handoff", "continuation"), excluded));
    assertEquals(Set.of(), enginesOf(Set.of("handoff", "not-handoff"), excluded));
  }

  /** A misspelt tag would exclude nothing. */
  @Test
  void tags_areThoseThatTheBuildKnows() throws Exception {
    Set<String> known = new HashSet<>(Set.of("long", "programs", "stress"));
    for (Engine engine : Engine.values()) {
      known.addAll(Set.of(tagOf(engine), "not-" + tagOf(engine)));
    }
    for (Method test : tests()) {
      assertTrue(known.containsAll(tagsOf(test)), () -> test + " has tags " + tagsOf(test));
    }
  }

  /** Surefire only selects classes with these names. */
  @Test
  void tests_areInClassesThatTheBuildFinds() throws Exception {
    for (Method test : tests()) {
      assertTrue(test.getDeclaringClass().getName().matches(".*Test(\\$.*)?"), test::toString);
    }
  }

  @Test
  void tests_areNotSkippedByConditions() throws Exception {
    noClasses()
        .that()
        .doNotHaveSimpleName("EngineTagsTest")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.junit.jupiter.api.condition")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Assumptions.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Disabled.class)
        .check(new ClassFileImporter().importPath(Path.of(testClasses())));
  }

  private static URI testClasses() throws Exception {
    return EngineTagsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI();
  }

  private static List<Method> tests() throws Exception {
    List<Method> tests = new ArrayList<>();
    for (Class<?> type :
        ReflectionSupport.findAllClassesInClasspathRoot(testClasses(), any -> true, any -> true)) {
      tests.addAll(
          AnnotationSupport.findAnnotatedMethods(
              type, Testable.class, HierarchyTraversalMode.TOP_DOWN));
    }
    return tests;
  }

  private static Set<String> tagsOf(Method test) {
    List<Tag> tags = new ArrayList<>(AnnotationSupport.findRepeatableAnnotations(test, Tag.class));
    Class<?> type = test.getDeclaringClass();
    while (type != null) {
      tags.addAll(AnnotationSupport.findRepeatableAnnotations(type, Tag.class));
      type = type.getEnclosingClass();
    }
    return tags.stream().map(Tag::value).collect(Collectors.toSet());
  }

  private static String tagOf(Engine engine) {
    return engine.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Set<Engine> enginesOf(Set<String> tags, Map<Engine, Set<String>> excluded) {
    Set<Engine> engines = EnumSet.allOf(Engine.class);
    engines.removeIf(engine -> excluded.get(engine).stream().anyMatch(tags::contains));
    return engines;
  }

  /**
   * Returns the tags that the module's build excludes for each engine, apart from the common ones.
   */
  private static Map<Engine, Set<String>> excludedTags() throws Exception {
    NodeList runs =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(POM.toFile())
            .getElementsByTagName("execution");
    Map<Engine, Set<String>> excluded = new EnumMap<>(Engine.class);
    for (int index = 0; index < runs.getLength(); index++) {
      Element run = (Element) runs.item(index);
      if (run.getElementsByTagName("tests.engine").getLength() == 0) {
        continue; // This execution belongs to another plugin.
      }
      Engine engine = Engine.valueOf(textOf(run, "tests.engine"));
      List<String> tags = Arrays.asList(textOf(run, "excludedGroups").split(","));
      assertEquals("${tests.excludedGroups}", tags.getFirst());
      excluded.put(engine, Set.copyOf(tags.subList(1, tags.size())));
    }
    return excluded;
  }

  private static String textOf(Element run, String name) {
    return run.getElementsByTagName(name).item(0).getTextContent();
  }
}
