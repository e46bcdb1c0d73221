/**
 * A native module that loads TensorFlow's library without its output to standard error: the library logs its features before it reads its
 * log level. An error occurs again, as an exception, when the binding is loaded.
 */
export const quietSource = `
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>
#include <string>

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  Dl_info own;
  if (!dladdr(reinterpret_cast<void*>(&napi_register_module_v1), &own)) return exports;
  std::string folder(own.dli_fname);
  folder.erase(folder.rfind('/'));
  const int before = dup(2), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (before >= 0 && nothing >= 0) {
    dup2(nothing, 2);
    dlopen((folder + "/" LIBRARY).c_str(), RTLD_NOW);
    dup2(before, 2);
  }
  if (before >= 0) close(before);
  if (nothing >= 0) close(nothing);
  return exports;
}
`;
