package io.tourbillon.stress.memory;

import io.tourbillon.stress.OwnClasses;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/**
 * Defines our classes anew, with a call of {@link Allocations#next} before each allocation, and
 * after those calls that may fail when they have added something. The programs of this package are
 * defined here as well, so that they use these classes, but are not changed: their own allocations
 * succeed.
 */
final class FailingClasses extends OwnClasses {
  /** What the programs have in common with the sweep. */
  private static final Set<String> SHARED =
      Set.of(Allocations.class.getName(), SweptProgram.class.getName());

  private static final String PROGRAMS = FailingClasses.class.getPackageName() + ".";

  private static final ClassDesc COUNTER = ClassDesc.of(Allocations.class.getName());
  private static final MethodTypeDesc NO_ARGUMENTS = MethodTypeDesc.of(ConstantDescs.CD_void);

  private final ClassFile format =
      ClassFile.of(
          ClassFile.ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofResourceParsing(FailingClasses.class.getClassLoader())));

  FailingClasses() {
    super(FailingClasses.class.getClassLoader());
  }

  /** Makes a program. */
  SweptProgram program(Class<? extends SweptProgram> type, String kind) {
    try {
      return loadClass(type.getName())
          .asSubclass(SweptProgram.class)
          .getConstructor(String.class)
          .newInstance(kind);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  protected boolean isShared(String name) {
    return SHARED.contains(name);
  }

  @Override
  protected byte[] changed(String name, byte[] bytes) {
    boolean fails = !name.startsWith(PROGRAMS) || name.equals(LossyBox.class.getName());
    return fails ? failing(bytes) : bytes;
  }

  private byte[] failing(byte[] bytes) {
    ClassModel model = format.parse(bytes);
    boolean withRoom = Allocating.makesRoom(model);
    return format.transformClass(
        model,
        (type, element) -> {
          if (element instanceof MethodModel method && !isInitialiser(method)) {
            type.transformMethod(method, failing(withRoom || Allocating.hasRoom(model, method)));
          } else {
            type.with(element);
          }
        });
  }

  private static boolean isInitialiser(MethodModel method) {
    return method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME);
  }

  private static MethodTransform failing(boolean withRoom) {
    return MethodTransform.transformingCode(
        (code, element) -> {
          if (Allocating.isAllocation(element, withRoom)) {
            code.invokestatic(COUNTER, "next", NO_ARGUMENTS);
          }
          code.with(element);
          if (Allocating.failsLate(element)) {
            code.invokestatic(COUNTER, "next", NO_ARGUMENTS);
          }
        });
  }
}
