/** Rows as a file of the registry has them, one of a kind. */

export const truck = {
  plateNumber: '晋H12345', plateColor: 'yellow', vin: 'LZZ00000000000001', vehicleType: 'H11', fuel: 'B', stage: '5', useNature: 'F',
  totalMass: 31000, firstRegistered: '2019-03-01', status: 'in-use',
}; // prettier-ignore

export const response = {
  id: 'r1',
  level: 'orange',
  counties: ['140900'],
  start: '2021-11-01',
  issuedBy: '市政府',
  reference: '忻气办1号',
};

export const gate = { kind: 'gate', id: 'g1', nameZh: '一号门', enterpriseId: 'e1', lon: 112.7, lat: 38.4, county: '140902' };
