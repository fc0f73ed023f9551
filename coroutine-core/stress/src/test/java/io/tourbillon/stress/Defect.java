package io.tourbillon.stress;

import java.lang.classfile.AccessFlags;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One change of a class file that makes a production class wrong.
 *
 * @param owner the binary name of the class
 * @param what describes the change, for messages
 * @param change makes the change, and counts the places that it has found
 */
public record Defect(String owner, String what, Change change) {
  private static final ClassDesc BROKEN = ClassDesc.of(Broken.class.getName());
  private static final Set<String> ATOMIC = Set.of("compareAndSet", "decrementAndGet");
  private static final Set<String> LOCKING = Set.of("lock", "unlock");

  /** Returns the transformation, which counts each place that it changes. */
  @FunctionalInterface
  interface Change {
    ClassTransform counting(AtomicInteger places);
  }

  /** Returns what makes defects in a class. */
  public static In in(Class<?> owner) {
    return new In(owner.getName());
  }

  /** As {@link #in(Class)}, by the binary name, for a class that the source cannot name. */
  public static In in(String owner) {
    return new In(owner);
  }

  /** Makes defects in a class. */
  public record In(String owner) {
    /**
     * Every compare-and-set in the methods of this name checks, waits a moment, and then writes.
     */
    public Defect checkThenAct(String method) {
      return inCode(
          owner,
          method,
          "checks, then acts",
          places ->
              (code, element) -> {
                if (element instanceof InvokeInstruction call
                    && ATOMIC.contains(call.name().stringValue())) {
                  places.incrementAndGet();
                  code.invokestatic(BROKEN, call.name().stringValue(), withoutAtomicity(call));
                } else {
                  code.with(element);
                }
              });
    }

    /** The methods of this name take no lock and no monitor. */
    public Defect unlocked(String method) {
      Defect inCode =
          inCode(
              owner,
              method,
              "takes no lock",
              places ->
                  (code, element) -> {
                    if (element instanceof MonitorInstruction) {
                      places.incrementAndGet();
                      code.pop();
                    } else if (element instanceof InvokeInstruction call
                        && LOCKING.contains(call.name().stringValue())) {
                      places.incrementAndGet();
                      drop(code, call);
                    } else {
                      code.with(element);
                    }
                  });
      return new Defect(
          owner,
          inCode.what,
          places -> inCode.change.counting(places).andThen(unsynchronized(method, places)));
    }

    /** The methods of this name leave out the calls of another. */
    public Defect without(String method, String called) {
      return inCode(
          owner,
          method,
          "does not call " + called,
          places ->
              (code, element) -> {
                if (element instanceof InvokeInstruction call && call.name().equalsString(called)) {
                  places.incrementAndGet();
                  drop(code, call);
                } else {
                  code.with(element);
                }
              });
    }

    /**
     * The methods of this name wait a moment before they call another or write a field. Not wrong
     * by itself: it widens the window of another defect.
     */
    public Defect pausing(String method, String before) {
      return inCode(
          owner,
          method,
          "waits before " + before,
          places ->
              (code, element) -> {
                if (isCallOrWrite(element, before)) {
                  places.incrementAndGet();
                  code.invokestatic(BROKEN, "pause", MethodTypeDesc.of(ConstantDescs.CD_void));
                }
                code.with(element);
              });
    }

    /** A volatile field is plain. */
    public Defect plain(String field) {
      return new Defect(
          owner,
          "field " + field + " is plain",
          places ->
              (type, element) -> {
                if (element instanceof FieldModel model && model.fieldName().equalsString(field)) {
                  type.transformField(
                      model,
                      (builder, part) -> {
                        if (part instanceof AccessFlags flags
                            && (flags.flagsMask() & ClassFile.ACC_VOLATILE) != 0) {
                          places.incrementAndGet();
                          builder.withFlags(flags.flagsMask() & ~ClassFile.ACC_VOLATILE);
                        } else {
                          builder.with(part);
                        }
                      });
                } else {
                  type.with(element);
                }
              });
    }

    /**
     * The class makes objects of another class than it should, by a constructor of the same type.
     */
    public Defect instead(Class<?> made, Class<?> other) {
      ClassDesc from = ClassDesc.of(made.getName());
      ClassDesc to = ClassDesc.of(other.getName());
      return inCode(
          owner,
          "<init>",
          "makes a " + other.getSimpleName(),
          places ->
              (code, element) -> {
                if (element instanceof NewObjectInstruction creation
                    && creation.className().asSymbol().equals(from)) {
                  places.incrementAndGet();
                  code.new_(to);
                } else if (element instanceof InvokeInstruction call
                    && call.name().equalsString("<init>")
                    && call.owner().asSymbol().equals(from)) {
                  code.invokespecial(to, "<init>", call.typeSymbol());
                } else {
                  code.with(element);
                }
              });
    }

    /** The methods of this name use another number wherever they use this one. */
    public Defect number(String method, int right, int wrong) {
      return inCode(
          owner,
          method,
          "has " + wrong + " for " + right,
          places ->
              (code, element) -> {
                if (element instanceof ConstantInstruction constant
                    && constant.constantValue().equals(right)) {
                  places.incrementAndGet();
                  code.loadConstant(wrong);
                } else {
                  code.with(element);
                }
              });
    }
  }

  /**
   * Applies the defect to a class file.
   *
   * @throws IllegalStateException if the class has no such place
   */
  byte[] applyTo(byte[] bytes) {
    AtomicInteger places = new AtomicInteger();
    ClassFile format = ClassFile.of();
    byte[] changed = format.transformClass(format.parse(bytes), change.counting(places));
    if (places.get() == 0) {
      throw new IllegalStateException("the defect finds no place: " + owner + " " + what);
    }
    return changed;
  }

  /** Returns a transformation of code, which counts each place that it changes. */
  @FunctionalInterface
  private interface CodeChange {
    CodeTransform counting(AtomicInteger places);
  }

  private static Defect inCode(String owner, String method, String what, CodeChange change) {
    return new Defect(
        owner,
        method + " " + what,
        places ->
            ClassTransform.transformingMethodBodies(
                model -> model.methodName().equalsString(method), change.counting(places)));
  }

  private static ClassTransform unsynchronized(String method, AtomicInteger places) {
    return (type, element) -> {
      if (element instanceof MethodModel model && model.methodName().equalsString(method)) {
        type.transformMethod(
            model,
            (builder, part) -> {
              if (part instanceof AccessFlags flags
                  && (flags.flagsMask() & ClassFile.ACC_SYNCHRONIZED) != 0) {
                places.incrementAndGet();
                builder.withFlags(flags.flagsMask() & ~ClassFile.ACC_SYNCHRONIZED);
              } else {
                builder.with(part);
              }
            });
      } else {
        type.with(element);
      }
    };
  }

  private static boolean isCallOrWrite(CodeElement element, String name) {
    return switch (element) {
      case InvokeInstruction call -> call.name().equalsString(name);
      case FieldInstruction access ->
          access.name().equalsString(name) && access.opcode().name().startsWith("PUT");
      default -> false;
    };
  }

  /** Takes the arguments of a call off the stack, and puts 0 or null in the place of its result. */
  private static void drop(CodeBuilder code, InvokeInstruction call) {
    MethodTypeDesc type = call.typeSymbol();
    for (ClassDesc parameter : type.parameterList().reversed()) {
      if (TypeKind.from(parameter).slotSize() == 2) {
        code.pop2();
      } else {
        code.pop();
      }
    }
    if (!call.opcode().name().equals("INVOKESTATIC")) {
      code.pop();
    }
    switch (TypeKind.from(type.returnType())) {
      case VOID -> {}
      case LONG -> code.lconst_0();
      case FLOAT -> code.fconst_0();
      case DOUBLE -> code.dconst_0();
      case REFERENCE -> code.aconst_null();
      default -> code.iconst_0();
    }
  }

  /** Returns the type of the method of {@link Broken} that takes the place of a call. */
  private static MethodTypeDesc withoutAtomicity(InvokeInstruction call) {
    List<ClassDesc> erased =
        call.typeSymbol().parameterList().stream()
            .map(each -> each.isPrimitive() ? each : ConstantDescs.CD_Object)
            .toList();
    return MethodTypeDesc.of(
        call.typeSymbol().returnType(),
        Stream.concat(Stream.of(call.owner().asSymbol()), erased.stream()).toList());
  }
}
