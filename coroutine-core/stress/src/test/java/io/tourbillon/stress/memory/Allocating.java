package io.tourbillon.stress.memory;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Which instructions allocate. */
final class Allocating {
  /**
   * Methods of the JDK and of libraries that allocate in some of their calls, by their names. The
   * call fails before it has done anything, as far as these methods behave as ours do.
   */
  private static final Set<String> METHODS =
      Set.of(
          // Boxes and values.
          "valueOf",
          "of",
          "ofNullable",
          "ofNanos",
          "ofMillis",
          "ofSeconds",
          "between",
          "plus",
          "plusNanos",
          "minus",
          // Collections.
          "add",
          "addAll",
          "addFirst",
          "addLast",
          "push",
          "offer",
          "put",
          "putIfAbsent",
          "computeIfAbsent",
          "compute",
          "merge",
          "ensureCapacity",
          "copyOf",
          "copyOfRange",
          "clone",
          "iterator",
          "toArray",
          "stream",
          "values",
          "entrySet",
          // Texts.
          "toString",
          "concat",
          "substring",
          "append",
          "format",
          "formatted",
          "join",
          "getBytes",
          // Futures and threads.
          "complete",
          "completeExceptionally",
          "whenComplete",
          "thenRun",
          "thenAccept",
          "thenApply",
          "handle",
          "execute",
          "submit",
          "unstarted",
          "start",
          "newThread",
          "getStackTrace",
          "setException");

  /** Methods that make room before they add. */
  private static final Set<String> WITH_ROOM = Set.of("io/tourbillon/timer/internal/SafeDeque.add");

  /** Collections that add first and then grow, which may fail. The others grow first. */
  private static final Set<String> GROWING_LATE =
      Set.of(
          "java/util/HashMap",
          "java/util/HashSet",
          "java/util/LinkedHashMap",
          "java/util/LinkedHashSet",
          "java/util/WeakHashMap",
          "java/util/Map",
          "java/util/Set");

  private static final Set<String> ADDING = Set.of("put", "putIfAbsent", "add");

  private static final Set<String> BOOTSTRAPS =
      Set.of("makeConcatWithConstants", "makeConcat", "metafactory", "altMetafactory");

  private Allocating() {}

  /** Whether a call may fail after it has added something. */
  static boolean failsLate(CodeElement element) {
    return element instanceof InvokeInstruction call
        && GROWING_LATE.contains(call.owner().asInternalName())
        && ADDING.contains(call.name().stringValue());
  }

  /** Whether a class makes room in its lists before it adds to them. */
  static boolean makesRoom(ClassModel model) {
    return StreamSupport.stream(model.constantPool().spliterator(), false)
        .anyMatch(
            entry ->
                entry instanceof MethodRefEntry call && call.name().equalsString("ensureCapacity"));
  }

  /** Whether there is room in the lists of a method for all that it adds. */
  static boolean hasRoom(ClassModel model, MethodModel method) {
    return WITH_ROOM.contains(
        model.thisClass().asInternalName() + "." + method.methodName().stringValue());
  }

  /**
   * @param withRoom whether lists have room for what is added to them
   */
  static boolean isAllocation(CodeElement element, boolean withRoom) {
    return switch (element) {
      case NewObjectInstruction _,
          NewPrimitiveArrayInstruction _,
          NewReferenceArrayInstruction _,
          NewMultiArrayInstruction _ ->
          true;
      case InvokeDynamicInstruction call -> isAllocation(call);
      case InvokeInstruction call ->
          !call.owner().asInternalName().startsWith("io/tourbillon/")
              && METHODS.contains(call.name().stringValue())
              && !call.owner().asInternalName().equals("java/lang/Boolean")
              && !(withRoom && call.name().equalsString("add"));
      default -> false;
    };
  }

  /** Texts that are put together, and lambdas that have something to capture. */
  private static boolean isAllocation(InvokeDynamicInstruction call) {
    return BOOTSTRAPS.contains(call.bootstrapMethod().methodName())
        && call.typeSymbol().parameterCount() > 0;
  }
}
