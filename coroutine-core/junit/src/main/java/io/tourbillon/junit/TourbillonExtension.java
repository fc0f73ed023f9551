package io.tourbillon.junit;

import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Services with a virtual clock as parameters of tests, and a check at the end of each test that
 * nothing is left behind.
 *
 * <pre>{@code
 * @ExtendWith(TourbillonExtension.class)
 * class SessionsTest {
 *   private Sessions sessions;
 *
 *   @BeforeEach
 *   void open(TimerService timers) {
 *     sessions = new Sessions(timers);                     // code under test
 *   }
 *
 *   @Test
 *   void session_withoutRequests_expires(VirtualClock clock) {
 *     Session session = sessions.open();
 *     clock.advance(Duration.ofMinutes(30));               // no real time
 *     assertTrue(session.isExpired());
 *   }
 * }
 * }</pre>
 *
 * <p><b>Parameters</b> of test methods of every kind, of {@code BeforeEach} and {@code AfterEach}
 * methods, and of the constructor of a class with an instance for each test:
 *
 * <table>
 * <caption>Types</caption>
 * <tr><th>type</th><th>object</th></tr>
 * <tr><td>{@link io.tourbillon.timer.VirtualClock}</td><td>begins at 0, and advances when the test
 *     says so</td></tr>
 * <tr><td>{@link io.tourbillon.timer.TimerService}</td><td>a service on that clock</td></tr>
 * <tr><td>{@link io.tourbillon.timer.PolledTimerService}</td><td>one without a thread, on that
 *     clock</td></tr>
 * <tr><td>{@link io.tourbillon.coroutine.CoroutineScheduler}</td><td>with one loop, on that clock;
 *     a seed decides the order of turns</td></tr>
 * <tr><td>{@link io.tourbillon.coroutine.testkit.Simulation}</td><td>with that seed; each run has a
 *     clock of its own. See {@link SimulationTest} for many runs</td></tr>
 * </table>
 *
 * <p>All parameters of one test, and of its methods before and after, refer to the same objects;
 * another test, another repetition and another set of arguments have others. So tests can run in
 * parallel. A parameter with an annotation, such as one for mocks, is left to other extensions. A
 * place that serves several tests, such as a {@code BeforeAll} method, gets a {@link
 * ParameterResolutionException} that says where to put the parameter.
 *
 * <p><b>The end of a test.</b> After all {@code AfterEach} methods, callbacks of other extensions
 * and fields with {@code AutoClose}, time stands still, and what can go on without time does. The
 * test fails with a {@link LeakError} if then
 *
 * <ul>
 *   <li>a timer of one of these services is pending, or a coroutine has not ended;
 *   <li>a {@code TimerService} or {@code CoroutineScheduler} that the test has built is not closed,
 *       whatever its clock is. One that was built for a whole class is looked for at the end of
 *       that class. Services without a thread need no close.
 * </ul>
 *
 * <p>It fails with an {@link UnseenFailureError} if a task of its {@code TimerService} has thrown,
 * or if a coroutine of its scheduler has failed and nobody has joined it, or waits by the clock of
 * the system. If the test has failed already, both are suppressed in its failure, and if it was
 * aborted, nothing of this counts. {@link LeaksAllowed} excepts a test or class. If JUnit runs
 * tests in parallel, a test answers only for services that its methods have built in the thread in
 * which JUnit called them.
 *
 * <p><b>Seeds.</b> A test with a {@code CoroutineScheduler} or a {@code Simulation} has a seed,
 * which comes by chance. If the test fails, its failure names the seed, in an exception that is
 * suppressed, and JUnit publishes it as an entry of the report. {@link SimulationSeed} or the
 * parameter {@link #SEED_PARAMETER} set it.
 *
 * <p><b>Configuration parameters</b> are system properties or lines of {@code
 * junit-platform.properties}: {@link #SEED_PARAMETER}, {@link #ENGINE_PARAMETER}, {@link
 * #SHARED_PARAMETER}. With JUnit's {@code junit.jupiter.extensions.autodetection.enabled=true} this
 * extension serves all test classes, without an annotation.
 *
 * <p>Needs JUnit 5.13 or later. Costs some microseconds for a test without such parameters, and
 * tenths of a millisecond with them; a test that leaves a service open costs half a second.
 */
public final class TourbillonExtension extends TestCalls
    implements TestInstancePreConstructCallback,
        BeforeAllCallback,
        BeforeEachCallback,
        ParameterResolver,
        TestTemplateInvocationContextProvider {
  /**
   * The seed of tests that have no {@link SimulationSeed}: a decimal number, or {@code 0x} and a
   * hexadecimal one, with or without an {@code L}. By default each test has another one each time.
   */
  public static final String SEED_PARAMETER = "tourbillon.seed";

  /**
   * The engine on which coroutines run, a name of {@link io.tourbillon.coroutine.Engine}, but not
   * {@code PLAIN_THREAD}: a seed decides the order of turns, and that engine gives none. By default
   * {@code VIRTUAL_THREAD} if the JVM of the tests has its flag, and otherwise {@code HANDOFF}.
   */
  public static final String ENGINE_PARAMETER = "tourbillon.engine";

  /**
   * Prefixes of class names, separated by commas: services that these classes build are shared by
   * all tests, and need not be closed. For example a class that keeps a scheduler in a static
   * field; which test initialises it first depends on the order of tests.
   */
  public static final String SHARED_PARAMETER = "tourbillon.shared";

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TourbillonExtension.class);

  private static final String OPEN = "open services of ";
  private static final String SERVICES = "services of ";

  /** Called by JUnit. */
  public TourbillonExtension() {}

  // The stores of JUnit close their values in reverse order, the first one last.

  @Override
  public void beforeAll(ExtensionContext context) throws ClassNotFoundException {
    begin(context);
    Class<?> testClass = context.getRequiredTestClass();
    // What its static fields refer to belongs to the class, not to the test that is the first.
    Class<?> _ =
        during(() -> Class.forName(testClass.getName(), true, testClass.getClassLoader()), context);
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factoryContext, ExtensionContext context) {
    begin(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin(context);
  }

  private static void begin(ExtensionContext context) {
    ExtensionContext.Store store = context.getStore(NAMESPACE);
    String key = OPEN + context.getUniqueId();
    if (store.get(key) == null) {
      store.put(key, new OpenServices(context));
    }
  }

  /** Returns those of the test, or of the class if there is no test; null before both. */
  static @Nullable OpenServices openServices(ExtensionContext context) {
    for (Optional<ExtensionContext> at = Optional.of(context);
        at.isPresent();
        at = at.get().getParent()) {
      OpenServices found =
          at.get().getStore(NAMESPACE).get(OPEN + at.get().getUniqueId(), OpenServices.class);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  // Parameters.

  /** Parameters of constructors belong to the test for which the instance is made. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return TestServices.TYPES.contains(parameter.getParameter().getType())
        && parameter.getParameter().getAnnotations().length == 0;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    Method test = context.getTestMethod().orElse(null);
    if (test == null) {
      throw new ParameterResolutionException(
          "a "
              + type.getSimpleName()
              + " must belong to one test, and "
              + describe(parameter)
              + " serves several: make it a parameter of the test, or of a @BeforeEach or"
              + " @AfterEach method");
    }
    if (AnnotationSupport.isAnnotated(test, SimulationTest.class)) {
      throw new ParameterResolutionException(
          "a @SimulationTest must not have a "
              + type.getSimpleName()
              + " in "
              + describe(parameter)
              + ": the method runs in a simulation, with Simulation.clock() and coroutines that it"
              + " spawns; use @Test for services of its own");
    }
    return services(context).get(type);
  }

  private static String describe(ParameterContext parameter) {
    return parameter.getDeclaringExecutable() instanceof Method method
        ? "the method " + method.getName()
        : "the constructor of " + parameter.getDeclaringExecutable().getDeclaringClass().getName();
  }

  /** JUnit asks for one parameter of a test at a time. */
  private static TestServices services(ExtensionContext context) {
    ExtensionContext.Store store = context.getStore(NAMESPACE);
    String key = SERVICES + context.getUniqueId();
    TestServices services = store.get(key, TestServices.class);
    if (services == null) {
      services = new TestServices(context);
      store.put(key, services);
    }
    return services;
  }

  // Runs of a SimulationTest.

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getTestMethod(), SimulationTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
      ExtensionContext context) {
    return SimulationRuns.of(context);
  }
}
