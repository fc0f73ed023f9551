package io.tourbillon.coroutine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** Loads the classes of this module again, with one call taken out of one method: a broken twin. */
public final class Mutants extends ClassLoader {
  /**
   * A call that is taken out.
   *
   * @param inClass the name of the class, within the module's internal packages
   * @param inMethod the name of the method
   * @param called the name of the method that is not called
   * @param result what it seems to return, if it returns anything: 1 for true, 0 for false
   */
  public record Mutant(String inClass, String inMethod, String called, int result) {
    /** Returns the one with this description. */
    public static Mutant of(String words) {
      String[] parts = words.split("[.:=]", -1);
      return new Mutant(parts[0] + "." + parts[1], parts[2], parts[3], Integer.parseInt(parts[4]));
    }

    private boolean isIn(String className) {
      return className.equals("io.tourbillon.coroutine.internal." + inClass);
    }
  }

  private final Mutant mutant;
  private boolean applied;

  public Mutants(Mutant mutant) {
    super(Mutants.class.getClassLoader());
    this.mutant = mutant;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.tourbillon.coroutine.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known == null ? define(name) : known;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = file.readAllBytes();
      byte[] broken = mutant.isIn(name) ? broken(bytes) : bytes;
      return defineClass(name, broken, 0, broken.length);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private byte[] broken(byte[] bytes) {
    ClassFile format = ClassFile.of();
    CodeTransform without =
        (code, element) -> {
          if (element instanceof InvokeInstruction call
              && call.name().equalsString(mutant.called)) {
            applied = true;
            skip(code, call.typeSymbol(), mutant.result);
          } else {
            code.with(element);
          }
        };
    byte[] changed =
        format.transformClass(
            format.parse(bytes),
            ClassTransform.transformingMethodBodies(
                method -> method.methodName().equalsString(mutant.inMethod), without));
    if (!applied) {
      throw new IllegalStateException("there is no such call: " + mutant);
    }
    return changed;
  }

  private static void skip(CodeBuilder code, MethodTypeDesc type, int result) {
    if (type.parameterCount() > 1 || type.parameterList().stream().anyMatch(each -> isWide(each))) {
      throw new IllegalStateException(
          "only calls on an object with one narrow argument can be taken out");
    }
    if (type.parameterCount() == 1) {
      code.pop();
    }
    code.pop();
    if (!type.returnType().descriptorString().equals("V")) {
      code.loadConstant(result);
    }
  }

  private static boolean isWide(ClassDesc type) {
    return type.descriptorString().equals("J") || type.descriptorString().equals("D");
  }
}
