/** The protobuf classes of @tensorflow/tfjs-node-gpu that a graph needs (`dist/proto/api_pb.js`). */
export interface Protobuf {
  SavedModel: new () => {
    setSavedModelSchemaVersion(version: number): void;
    addMetaGraphs(graph: Message): void;
    serializeBinary(): Uint8Array;
  };
  MetaGraphDef: (new () => Message & {
    setMetaInfoDef(info: Message): void;
    setGraphDef(graph: Message): void;
  }) & { MetaInfoDef: new () => Message & { setTagsList(tags: string[]): void } };
  GraphDef: new () => Message & { addNode(node: Message): void; setVersions(versions: Message): void };
  VersionDef: new () => Message & { setProducer(version: number): void };
  NodeDef: new () => Message & {
    setName(name: string): void;
    setOp(op: string): void;
    setInputList(inputs: string[]): void;
    getAttrMap(): { set(name: string, value: Message): void };
  };
  AttrValue: new () => Message & {
    setI(value: number): void;
    setF(value: number): void;
    setB(value: boolean): void;
    setS(value: Uint8Array): void;
    setType(type: number): void;
    setShape(shape: Message): void;
    setTensor(tensor: Message): void;
  };
  TensorShape: (new () => Message & { setDimList(dims: Message[]): void }) & { Dim: new () => Message & { setSize(size: number): void } };
  Tensor: new () => Message & {
    setDtype(type: number): void;
    setTensorShape(shape: Message): void;
    setTensorContent(bytes: Uint8Array): void;
  };
}

export interface Message {
  serializeBinary(): Uint8Array;
}
