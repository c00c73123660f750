/*
 * derivationString(data: Buffer): Buffer
 *
 * CK_KEY_DERIVATION_STRING_DATA, the parameter of CKM_AES_ECB_ENCRYPT_DATA: a pointer to the data and its length. JavaScript has
 * no addresses and pkcs11js has no type for this structure, so it is made here and handed on as bytes. The caller keeps `data`
 * referenced until the token has read it.
 * Source: PKCS#11 2.40 mechanisms, 2.15. Node-API only: one build serves every version of Node.
 */
#include <node_api.h>
#include <stdbool.h>

struct derivation_string {
  void *data;
  unsigned long length;
};

static napi_value derivation_string(napi_env env, napi_callback_info info) {
  struct derivation_string parameter;
  napi_value argument, result;
  size_t count = 1, length;
  bool is_buffer = false;
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok) return NULL;
  if (count != 1 || napi_is_buffer(env, argument, &is_buffer) != napi_ok || !is_buffer ||
      napi_get_buffer_info(env, argument, &parameter.data, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "derivationString takes a Buffer");
    return NULL;
  }
  parameter.length = length;
  if (napi_create_buffer_copy(env, sizeof parameter, &parameter, NULL, &result) != napi_ok) return NULL;
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "derivationString", NAPI_AUTO_LENGTH, derivation_string, NULL, &function) != napi_ok) return NULL;
  return function;
}
