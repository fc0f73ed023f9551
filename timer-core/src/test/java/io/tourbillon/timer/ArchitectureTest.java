package io.tourbillon.timer;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.tourbillon.timer.internal.SafeDeque;
import java.util.ArrayDeque;
import java.util.Map;

/** Which packages of this module may depend on which others. */
@AnalyzeClasses(
    packages = "io.tourbillon.timer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String WHEEL = "io.tourbillon.timer.wheel..";
  private static final String NETTY_ADAPTER = "io.tourbillon.timer.netty..";
  private static final int MAX_TYPES = 30;

  /**
   * Packages with more types, and their limits. {@code io.tourbillon.timer} holds what users import
   * and the service: {@link TimerService#builder} makes the service, so two packages would form a
   * cycle.
   */
  private static final Map<String, Integer> LARGE_PACKAGES = Map.of("io.tourbillon.timer", 61);

  @ArchTest
  static final ArchRule wheel_dependsOnNothingElseOfOurs =
      noClasses()
          .that()
          .resideInAPackage(WHEEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tourbillon.timer", NETTY_ADAPTER);

  @ArchTest
  static final ArchRule wheel_usesNoClockThreadOrLock =
      noClasses()
          .that()
          .resideInAPackage(WHEEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent..", "java.time..")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Thread.class)
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule wheel_hasNoVolatileState =
      noFields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage(WHEEL)
          .should()
          .haveModifier(JavaModifier.VOLATILE);

  @ArchTest
  static final ArchRule netty_isKnownToItsAdapterAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage(NETTY_ADAPTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", NETTY_ADAPTER);

  /**
   * A deque that fails to grow loses its elements: {@link SafeDeque} does not. What the keeper has
   * lost, the next sweep finds.
   */
  @ArchTest
  static final ArchRule deques_bearAFullHeap =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.(SafeDeque|Keeper)")
          .should()
          .callConstructor(ArrayDeque.class)
          .orShould()
          .callConstructor(ArrayDeque.class, int.class);

  @ArchTest
  static final ArchRule module_knowsTheJdkAndWhatItDeclares =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tourbillon.timer..",
              "java..",
              "javax.sql..",
              "jdk.jfr..",
              "org.jspecify.annotations..",
              "org.HdrHistogram..",
              "io.netty..",
              "reactor.blockhound..");

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().assignedFrom(new ByPackage()).should().beFreeOfCycles();

  @ArchTest
  static final ArchRule internals_areInNoPublicSignature =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(
              modifier(JavaModifier.PUBLIC)
                  .<JavaClass>forSubtype()
                  .and(not(resideInAPackage("..internal.."))))
          .should()
          .haveRawReturnType(resideInAnyPackage("..internal..", "org.HdrHistogram.."))
          .orShould()
          .haveRawParameterTypes(
              anyElementThat(resideInAnyPackage("..internal..", "org.HdrHistogram..")));

  @ArchTest
  static void packages_haveNoMoreTypesThanAReaderKeepsInMind(JavaClasses classes) {
    Map<String, Long> types =
        classes.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().endsWith("-info"))
            .collect(groupingBy(JavaClass::getPackageName, counting()));
    types.forEach(
        (name, count) ->
            assertTrue(
                count <= LARGE_PACKAGES.getOrDefault(name, MAX_TYPES),
                () -> name + " has too many types: " + count));
  }

  /** Each package is a slice. */
  private static final class ByPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      String name = javaClass.getPackageName();
      return name.startsWith("io.tourbillon") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
