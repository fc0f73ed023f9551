package io.tourbillon.coroutine;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.timer.internal.SafeDeque;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.stream.Collectors;

/** Which packages of this module may depend on which others. */
@AnalyzeClasses(
    packages = "io.tourbillon.coroutine",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String CHANNELS = "io.tourbillon.coroutine.channel..";
  private static final String LOCKS = "io.tourbillon.coroutine.sync..";
  private static final String ENGINE = "io.tourbillon.coroutine.internal.engine";
  private static final String CORE = "io.tourbillon.coroutine";
  private static final String NETTY_ADAPTER = "io.tourbillon.coroutine.netty..";

  @ArchTest
  static final ArchRule engines_areKnownToNobodyAboveTheSeam =
      noClasses()
          .that()
          .resideOutsideOfPackage(ENGINE)
          .and()
          .haveNameNotMatching(".*\\.scheduler\\.Engines(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(".*\\.engine\\.(VirtualThread|Continuation|Handoff|LoopThread).*");

  @ArchTest
  static final ArchRule engines_knowNothingOfWhatTheyCarry =
      noClasses()
          .that()
          .resideInAPackage(ENGINE)
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.tourbillon.coroutine..").and(not(resideInAPackage(ENGINE))));

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("io.tourbillon.(**)").should().beFreeOfCycles();

  /**
   * A reader cannot keep track of more than thirty types in a package. The root package holds what
   * users import, and has a limit of its own.
   */
  @ArchTest
  static void packages_haveThirtyTypesAtMost(JavaClasses classes) {
    Map<String, Long> counts =
        classes.stream()
            .filter(each -> !each.getName().contains("$"))
            .filter(each -> !each.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    Map<String, Integer> large = Map.of(CORE, 31);
    counts.entrySet().removeIf(each -> each.getValue() <= large.getOrDefault(each.getKey(), 30));
    assertEquals(Map.of(), counts);
  }

  /** The order limits what a change can affect: the packages that depend on the changed one. */
  @ArchTest
  static final ArchRule internals_dependOnOneAnotherInOneOrder =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage(CORE + ".internal..")
          .layer("scheduler")
          .definedBy(CORE + ".internal.scheduler")
          .layer("blockhound")
          .definedBy(CORE + ".internal.blockhound")
          .layer("dump")
          .definedBy(CORE + ".internal.dump")
          .layer("task")
          .definedBy(CORE + ".internal.task")
          .layer("loop")
          .definedBy(CORE + ".internal.loop")
          .layer("observe")
          .definedBy(CORE + ".internal.observe")
          .layer("surround")
          .definedBy(CORE + ".internal.surround")
          .layer("traits")
          .definedBy(CORE + ".internal.traits")
          .layer("engine")
          .definedBy(ENGINE)
          .whereLayer("scheduler")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("blockhound")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("dump")
          .mayOnlyBeAccessedByLayers("scheduler")
          .whereLayer("task")
          .mayOnlyBeAccessedByLayers("scheduler", "dump")
          .whereLayer("loop")
          .mayOnlyBeAccessedByLayers("scheduler", "dump", "task")
          .whereLayer("observe")
          .mayOnlyBeAccessedByLayers("scheduler", "dump", "task", "loop")
          .whereLayer("surround")
          .mayOnlyBeAccessedByLayers("scheduler", "task")
          .whereLayer("traits")
          .mayOnlyBeAccessedByLayers("scheduler", "dump", "task")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers(
              "scheduler", "dump", "task", "loop", "traits", "surround", "blockhound");

  /** The implementation is found by its name, so the public package must not refer to it. */
  @ArchTest
  static final ArchRule publicPackage_knowsNoImplementation =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CORE + ".internal..");

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
          .haveRawReturnType(resideInAPackage("..internal.."))
          .orShould()
          .haveRawParameterTypes(anyElementThat(resideInAPackage("..internal..")));

  @ArchTest
  static final ArchRule continuations_areKnownToTheirStrandAlone =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.ContinuationStrand(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.internal..");

  /** Primitives use only the public API for suspensions, so anyone can write more of them. */
  @ArchTest
  static final ArchRule primitives_standOnThePublicSeam =
      noClasses()
          .that()
          .resideInAnyPackage(CHANNELS, LOCKS, CORE + ".generator", CORE + ".bridge")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.tourbillon.coroutine")
                  .and(
                      not(
                          belongToAnyOf(
                              Suspension.class,
                              Resumption.class,
                              Waiters.class,
                              Awaited.class,
                              Selectable.class,
                              OrderlyEnd.class,
                              CoroutineDump.class,
                              Coroutine.class,
                              Coroutines.class,
                              CoroutineScheduler.class,
                              SpawnOptions.class,
                              CoroutineCancelledException.class,
                              Action.class,
                              Block.class,
                              Body.class))))
          .orShould()
          .dependOnClassesThat(resideInAPackage("jdk.."));

  @ArchTest
  static final ArchRule channels_knowNothingOfLocks =
      noClasses()
          .that()
          .resideInAPackage(CHANNELS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(LOCKS);

  @ArchTest
  static final ArchRule locks_knowNothingOfChannels =
      noClasses()
          .that()
          .resideInAPackage(LOCKS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CHANNELS);

  @ArchTest
  static final ArchRule netty_isKnownToItsAdapterAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage(NETTY_ADAPTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", NETTY_ADAPTER);

  /** Packages that are built on the core are separate from it, and use only what users can use. */
  @ArchTest
  static final ArchRule core_knowsNothingOfWhatIsBuiltOnIt =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".[bridge|channel|generator|netty|sync|testkit]..");

  @ArchTest
  static final ArchRule channels_knowNothingOfGeneratorsAndBridges =
      noClasses()
          .that()
          .resideInAPackage(CORE + ".channel")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".generator", CORE + ".bridge");

  @ArchTest
  static final ArchRule generators_needTheCoreAlone =
      noClasses()
          .that()
          .resideInAPackage(CORE + ".generator")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".channel", CORE + ".bridge");

  @ArchTest
  static final ArchRule tests_areMadeOfWhatUsersHave_andKnownToNobody =
      noClasses()
          .that()
          .resideOutsideOfPackage(CORE + ".testkit")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CORE + ".testkit");

  @ArchTest
  static final ArchRule signals_areKnownToTheirAdapterAlone =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.bridge\\.OsSignals(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("sun..");

  /** An interrupt may run user code, for which a loop must not wait: {@link Interrupts}. */
  @ArchTest
  static final ArchRule threads_areInterruptedInOnePlace =
      noClasses()
          .that()
          .doNotHaveSimpleName("Interrupts")
          .and()
          .resideOutsideOfPackage(CORE + ".testkit")
          .should()
          .callMethod(Thread.class, "interrupt");

  @ArchTest
  static final ArchRule interrupts_areDeliveredByThoseWhoKnowWhere =
      noClasses()
          .that()
          .resideOutsideOfPackage(ENGINE)
          .and()
          .haveNameNotMatching(".*\\.task\\.(BlockingCall|CallInterrupts)(\\$.*)?")
          .should()
          .callMethod(Interrupts.class, "deliver", Thread.class);

  /** Handlers are called outside of the loops, by {@link LoopEngine#report}. */
  @ArchTest
  static final ArchRule handlers_areCalledInOnePlace =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.task\\.Reports(\\$.*)?")
          .should()
          .callMethod(CoroutineExceptionHandler.class, "handle", Coroutine.class, Throwable.class);

  /** A deque that fails to grow loses its elements: {@link SafeDeque} does not. Dumps may fail. */
  @ArchTest
  static final ArchRule deques_bearAFullHeap =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.(Throwables|DumpSnapshot)(\\$.*)?")
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
              "io.tourbillon.coroutine..",
              "io.tourbillon.timer..",
              "java..",
              "javax.net.ssl..",
              "jdk.internal.vm..",
              "jdk.jfr..",
              "sun.misc..",
              "org.jspecify.annotations..",
              "org.HdrHistogram..",
              "org.jctools..",
              "io.netty..",
              "reactor.blockhound..");
}
